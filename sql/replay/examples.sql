-- A few events of each kind, as they are and as they would be.
SELECT c.fate, c.event_id, to_jsonb(e) AS old, to_jsonb(s) AS new
FROM (
  SELECT *, row_number() OVER (PARTITION BY fate ORDER BY event_id) AS n FROM :compared WHERE fate <> 'keep'
) AS c
LEFT JOIN :"events" AS e ON e.event_id = c.event_id
LEFT JOIN :"shadow_events" AS s ON s.event_id = c.event_id
WHERE c.n <= $1
ORDER BY c.fate, c.event_id
