-- The rows of visitors who were not seen since a closing time ($1), with those of their sessions; some at a time.
-- Whoever is seen since keeps them all, since the sums are made from what a visitor did first.
WITH doomed AS (
  SELECT visitor_id FROM :"visitors" AS v
  WHERE last_seen < $1 AND NOT EXISTS (SELECT FROM :"events" AS e WHERE e.visitor_id = v.visitor_id)
  LIMIT 5000
), gone_visitors AS (
  DELETE FROM :"visitors" AS v USING doomed AS d WHERE v.visitor_id = d.visitor_id RETURNING 1
), gone_sessions AS (
  DELETE FROM :"sessions" AS s USING doomed AS d WHERE s.visitor_id = d.visitor_id AND s.ended_at < $1 RETURNING 1
)
SELECT (SELECT count(*) FROM gone_visitors)::integer AS visitors, (SELECT count(*) FROM gone_sessions)::integer AS sessions
