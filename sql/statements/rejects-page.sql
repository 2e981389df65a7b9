-- Selected rejects in order of their place, after ($6, $7), at most $8 of them.
SELECT source_key, record_index, start_bytes, end_bytes, last_modified, etag, code, detail, raw, rejected_at, run_id
FROM :"rejects"
WHERE ($1::text IS NULL OR code = $1)
  AND ($2::text IS NULL OR source_key >= $2)
  AND ($3::text IS NULL OR source_key < $3)
  AND ($4::text IS NULL OR source_key = $4)
  AND ($5::integer IS NULL OR record_index = $5)
  AND (source_key, record_index) > ($6, $7::integer)
ORDER BY source_key, record_index
LIMIT $8
