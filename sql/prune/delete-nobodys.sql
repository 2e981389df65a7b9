-- The same of sessions and orders that have no visitor.
WITH gone_sessions AS (
  DELETE FROM :"sessions" AS s
  WHERE s.visitor_id = '' AND s.ended_at < $1
    AND NOT EXISTS (SELECT FROM :"events" AS e WHERE e.visitor_id IS NULL AND e.session_id = s.session_id)
  RETURNING 1
), gone_orders AS (
  DELETE FROM :"orders" WHERE visitor_id = '' AND ordered_at < $1 RETURNING 1
)
SELECT 0 AS visitors, (SELECT count(*) FROM gone_sessions)::integer AS sessions,
  (SELECT count(*) FROM gone_orders)::integer AS orders
