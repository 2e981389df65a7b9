-- Derived sessions as they are now, by the ids that their events have, and as another rule would have them, over the
-- events from $1 up to $2 (null: no end): in all, where day is null, and by the day on which they start. A session at an
-- end of the range counts with what lies inside it, now and then alike.
WITH found AS (
  SELECT e.visitor_id, e.session_id, e.event_id, e.event_timestamp, :opens AS opens,
    s.step IN ('home', 'category', 'search', 'page', 'view') AS shows_page, o.order_id IS NOT NULL AS ordered
  FROM :"events" AS e
  LEFT JOIN :"steps" AS s ON s.event_name = lower(e.event_name)
  LEFT JOIN :"orders" AS o ON o.event_id = e.event_id
  WHERE e.session_derived
    AND ($1::timestamptz IS NULL OR e.event_timestamp >= $1) AND ($2::timestamptz IS NULL OR e.event_timestamp < $2)
  WINDOW visit AS (PARTITION BY e.visitor_id ORDER BY e.event_timestamp, e.event_id)
), numbered AS (
  SELECT *, count(*) FILTER (WHERE opens) OVER (
    PARTITION BY visitor_id ORDER BY event_timestamp, event_id ROWS UNBOUNDED PRECEDING
  ) AS session_no
  FROM found
), pieces AS MATERIALIZED (
  -- What a session of now and one of then have in common.
  SELECT visitor_id, session_id, session_no, min(event_timestamp) AS started_at, max(event_timestamp) AS ended_at,
    count(*) FILTER (WHERE shows_page) AS page_views, bool_or(ordered) AS ordered
  FROM numbered
  GROUP BY visitor_id, session_id, session_no
), sessions AS (
  SELECT 'now' AS rule, visitor_id, min(started_at) AS started_at, max(ended_at) AS ended_at,
    sum(page_views) AS page_views, bool_or(ordered) AS ordered, count(*) AS pieces
  FROM pieces
  GROUP BY visitor_id, session_id
  UNION ALL
  SELECT 'then', visitor_id, min(started_at), max(ended_at), sum(page_views), bool_or(ordered), count(*)
  FROM pieces
  GROUP BY visitor_id, session_no
), dated AS (
  SELECT *, ((started_at AT TIME ZONE :time_zone)::date)::text AS day FROM sessions
)
SELECT rule, day, count(*) AS sessions, count(DISTINCT visitor_id) AS visitors,
  sum(extract(epoch FROM ended_at - started_at) * 1000)::double precision AS duration_ms,
  count(*) FILTER (WHERE page_views <= 1) AS bounces,
  count(*) FILTER (WHERE ordered) AS ordered,
  count(*) FILTER (WHERE pieces > 1) AS of_several
FROM dated
GROUP BY GROUPING SETS ((rule), (rule, day))
ORDER BY day NULLS FIRST, rule
