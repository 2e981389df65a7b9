-- Which users were seen on the clients whose sessions with a user changed, from their sessions as they are.
CREATE TEMPORARY TABLE clickstream_touched_clients ON COMMIT DROP AS
SELECT DISTINCT visitor_id, substr(visitor_id, 3) AS client_id
FROM (
  SELECT visitor_id FROM clickstream_new_sessions WHERE users IS NOT NULL
  UNION ALL
  SELECT visitor_id FROM clickstream_old_sessions WHERE users IS NOT NULL
) AS changed
WHERE visitor_id LIKE 'c:%';

ANALYZE clickstream_touched_clients;

DELETE FROM :"clientUsers" AS c USING clickstream_touched_clients AS t WHERE c.client_id = t.client_id;

INSERT INTO :"clientUsers" (client_id, user_id, first_at, last_at, events, sessions)
SELECT t.client_id, u ->> 'user', min((u ->> 'first')::timestamptz), max((u ->> 'last')::timestamptz),
  sum((u ->> 'events')::integer), count(*)
FROM clickstream_touched_clients AS t
CROSS JOIN LATERAL (
  SELECT users FROM :"sessions" AS s WHERE s.visitor_id = t.visitor_id AND users IS NOT NULL
  OFFSET 0
) AS s
CROSS JOIN LATERAL jsonb_array_elements(s.users) AS u
GROUP BY t.client_id, u ->> 'user';
