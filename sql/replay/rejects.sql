-- The dead letters of the hours are those of the replay ($1) now.
WITH cleared AS (
  DELETE FROM :"rejects" AS r
  USING :"shadow_checkpoints" AS c
  WHERE r.source_key >= c.unit AND r.source_key < c.unit || U&'\+10FFFF'
    AND NOT EXISTS (
      SELECT FROM :"shadow_rejects" AS s WHERE s.source_key = r.source_key AND s.record_index = r.record_index
    )
)
INSERT INTO :"rejects" AS r (source_key, record_index, start_bytes, end_bytes, last_modified, etag, code, detail, raw, run_id)
SELECT source_key, record_index, start_bytes, end_bytes, last_modified, etag, code, detail, raw, $1 FROM :"shadow_rejects"
ON CONFLICT (source_key, record_index) DO UPDATE
SET start_bytes = excluded.start_bytes, end_bytes = excluded.end_bytes, last_modified = excluded.last_modified,
  etag = excluded.etag, code = excluded.code, detail = excluded.detail, raw = excluded.raw, run_id = excluded.run_id,
  rejected_at = now()
