INSERT INTO clickstream_staging (:columns)
SELECT :staged_columns
FROM :compared AS c
JOIN :"shadow_events" AS s ON s.event_id = c.event_id
WHERE c.fate IN ('insert', 'replace') AND :applied
