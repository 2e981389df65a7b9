-- How many events are inserted, changed, removed and left, and how often each column of the changed ones differs.
SELECT count(*) FILTER (WHERE c.fate = 'insert') AS inserted, count(*) FILTER (WHERE c.fate = 'replace') AS changed,
  count(*) FILTER (WHERE c.fate = 'remove') AS removed, count(*) FILTER (WHERE c.fate = 'keep') AS kept,
  ARRAY[:column_counts] AS columns
FROM :compared AS c
LEFT JOIN :"shadow_events" AS s ON s.event_id = c.event_id AND c.fate = 'replace'
LEFT JOIN :"events" AS e ON e.event_id = c.event_id AND c.fate = 'replace'
