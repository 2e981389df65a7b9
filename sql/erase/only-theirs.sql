-- The clients with which some of the users ($1) were seen, and nobody else.
SELECT DISTINCT e.client_id AS id
FROM :"events" AS e
WHERE e.user_id = ANY ($1::text[]) AND e.client_id IS NOT NULL AND NOT EXISTS (
  SELECT FROM :"events" AS o
  WHERE o.visitor_id = 'c:' || e.client_id AND o.client_id = e.client_id AND o.user_id <> ALL ($1::text[])
)
ORDER BY 1
