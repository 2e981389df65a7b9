-- What there is of some users ($1) and clients ($2). Rows of closed sessions may be there without their events.
SELECT count(*)::double precision AS events, min(event_timestamp) AS first_at, max(event_timestamp) AS last_at,
  count(DISTINCT (coalesce(visitor_id, ''), session_id)) FILTER (WHERE session_id IS NOT NULL)::double precision AS sessions,
  count(DISTINCT order_id)::double precision AS orders,
  (SELECT count(*) FROM :"sessions" AS s, :"settings" AS k
    WHERE s.ended_at < k.events_kept_from - interval '1 day'
      AND (s.user_id = ANY ($1::text[]) OR s.visitor_id = ANY ($3::text[])))::double precision AS closed_sessions
FROM :"events"
WHERE user_id = ANY ($1::text[]) OR client_id = ANY ($2::text[])
