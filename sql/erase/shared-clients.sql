-- Of some clients ($2) those with which others than some users ($1) were seen.
SELECT id FROM unnest($2::text[]) AS c (id)
WHERE EXISTS (
  SELECT FROM :"events" AS o WHERE o.visitor_id = 'c:' || c.id AND o.client_id = c.id AND o.user_id <> ALL ($1::text[])
)
