-- What settling finds from marks, worked out from all events instead: every session and every order counts as changed, and
-- the tables of rows and sums begin empty. Run in one snapshot, so that what batches commit meanwhile stays marked.
-- Where events are kept only from some time on, closed sessions and orders stay as they are, and the sums change by what
-- the others change: what was summed up of events that are gone is nowhere else.
:server_settings

DELETE FROM :"marks";
DELETE FROM :"orderMarks";

CREATE TEMPORARY TABLE clickstream_taken_activity ON COMMIT DROP AS
SELECT date_bin('15 min', event_timestamp, 'epoch') AS quarter, left(event_name, 128) AS event_name, count(*) AS events
FROM :"events"
WHERE event_timestamp >= :kept_from OR :kept_from IS NULL
GROUP BY 1, 2
UNION ALL
SELECT quarter, event_name, -events FROM :"quarterlyActivity" WHERE quarter >= :kept_from
UNION ALL
SELECT quarter, event_name, events FROM :"activityMarks" WHERE quarter < :kept_from;

DELETE FROM :"activityMarks";

CREATE TEMPORARY TABLE clickstream_old_sessions (LIKE :"sessions") ON COMMIT DROP;
CREATE TEMPORARY TABLE clickstream_old_orders (LIKE :"orders") ON COMMIT DROP;

WITH gone AS (DELETE FROM :"sessions" WHERE ended_at >= :closed_before RETURNING *)
INSERT INTO clickstream_old_sessions SELECT * FROM gone;

WITH gone AS (DELETE FROM :"orders" WHERE ordered_at >= :closed_before RETURNING *)
INSERT INTO clickstream_old_orders SELECT * FROM gone;

:clear_derived

CREATE TEMPORARY TABLE clickstream_closed_sessions ON COMMIT DROP AS SELECT visitor_id, session_id FROM :"sessions";
CREATE TEMPORARY TABLE clickstream_closed_orders ON COMMIT DROP AS SELECT order_id FROM :"orders";
ANALYZE clickstream_closed_sessions;
ANALYZE clickstream_closed_orders;

INSERT INTO :"settings" (session_timeout, cut_at_midnight, reporting_time_zone)
VALUES (:timeout, :cut_at_midnight, :time_zone)
ON CONFLICT (is_set) DO UPDATE
SET session_timeout = excluded.session_timeout, cut_at_midnight = excluded.cut_at_midnight,
  reporting_time_zone = excluded.reporting_time_zone;

WITH named AS (
  SELECT event_id, stored_id,
    :session_prefix || first_value(event_id) OVER (
      PARTITION BY visitor_id, session_no ORDER BY event_timestamp, event_id
    ) AS session_id
  FROM (
    SELECT *, count(*) FILTER (WHERE opens) OVER (
      PARTITION BY visitor_id ORDER BY event_timestamp, event_id ROWS UNBOUNDED PRECEDING
    ) AS session_no
    FROM (
      SELECT event_id, visitor_id, event_timestamp, session_id AS stored_id, :opens AS opens
      FROM :"events" AS e
      WHERE session_derived
        AND NOT EXISTS (
          SELECT FROM clickstream_closed_sessions AS s WHERE s.visitor_id = e.visitor_id AND s.session_id = e.session_id
        )
      WINDOW visit AS (PARTITION BY e.visitor_id ORDER BY e.event_timestamp, e.event_id)
    ) AS opened
  ) AS numbered
)
UPDATE :"events" AS e
SET session_id = n.session_id
FROM named AS n
WHERE e.event_id = n.event_id AND n.session_id IS DISTINCT FROM n.stored_id;

CREATE TEMPORARY TABLE clickstream_order_events ON COMMIT DROP AS
SELECT :order_event_columns FROM :"events" AS e
WHERE order_id IS NOT NULL AND NOT EXISTS (SELECT FROM clickstream_closed_orders AS o WHERE o.order_id = e.order_id);

CREATE INDEX ON clickstream_order_events (order_id);
ANALYZE clickstream_order_events (order_id);

CREATE TEMPORARY TABLE clickstream_touched ON COMMIT DROP AS
SELECT row_number() OVER ()::integer AS no, visitor_id, session_id
FROM (
  SELECT DISTINCT coalesce(visitor_id, '') COLLATE "C" AS visitor_id, session_id FROM :"events" WHERE session_id IS NOT NULL
) AS e
WHERE NOT EXISTS (
  SELECT FROM clickstream_closed_sessions AS s WHERE s.visitor_id = e.visitor_id AND s.session_id = e.session_id
);

CREATE TEMPORARY TABLE clickstream_session_events ON COMMIT DROP AS
SELECT no, :session_event_columns
FROM clickstream_touched AS t
JOIN :"events" AS e ON e.session_id = t.session_id AND coalesce(e.visitor_id, '') = t.visitor_id
-- In the order in which they are read, one session after another.
ORDER BY no, event_timestamp, event_id;

CREATE INDEX ON clickstream_session_events (no, event_timestamp, event_id);

ANALYZE clickstream_touched;
ANALYZE clickstream_session_events (no);
