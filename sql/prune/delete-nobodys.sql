-- The rows of sessions that have no visitor, before a closing time ($1).
DELETE FROM :"sessions" AS s
WHERE s.visitor_id = '' AND s.ended_at < $1
  AND NOT EXISTS (SELECT FROM :"events" AS e WHERE e.visitor_id IS NULL AND e.session_id = s.session_id)
