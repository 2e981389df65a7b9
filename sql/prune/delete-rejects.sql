-- Dead letters of hours before the border's ($1, a prefix), some at a time.
DELETE FROM :"rejects" AS r
USING (SELECT source_key, record_index FROM :"rejects" WHERE source_key < $1 LIMIT 10000) AS d
WHERE r.source_key = d.source_key AND r.record_index = d.record_index
