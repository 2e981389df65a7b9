-- Selected rejects in order of their place, after ($6, $7), at most $8 of them.
SELECT source_key, record_index, start_bytes, end_bytes, last_modified, etag, code, detail, raw, rejected_at, run_id
FROM :"rejects"
WHERE :selected
  AND (source_key, record_index) > ($6, $7::integer)
ORDER BY source_key, record_index
LIMIT $8
