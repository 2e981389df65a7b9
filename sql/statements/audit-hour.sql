-- All that the ledger says of an hour ($1): a row for each unit of it, as of one moment. $2 and $3 bound its keys.
WITH redriven AS (
  SELECT max(started_at) AS at, coalesce(sum(rejected), 0) AS rejected
  FROM :"runs" WHERE hour = $1 AND trigger = 'redrive' AND batches > 0
), rejects AS (
  SELECT count(*) AS count FROM :"rejects" WHERE source_key >= $2 AND source_key < $3
)
SELECT c.unit, c.state, c.pass, c.objects, c.object_bytes AS bytes, c.digest, c.read, c.split, c.inserted, c.duplicates,
  c.rejected, c.dropped, c.batches,
  coalesce(c.held_until > now(), false) AS held, last_run.status AS run_status, last_run.error_code,
  to_json(runs) AS runs,
  (SELECT count FROM rejects) AS rejects_present,
  -- Dead letters that were tried again, or erased, since the pass began are another number now.
  greatest((SELECT at FROM redriven), (SELECT max(done_at) FROM :"erasures" WHERE rejects > 0))
    > coalesce(runs.began_at, '-infinity') AS redriven,
  (SELECT rejected FROM redriven) AS rejected_again,
  m.objects AS manifest_objects, m.hashes, m.border_keys
FROM :"checkpoints" AS c
LEFT JOIN LATERAL (
  SELECT status, error_code FROM :"runs" AS r
  WHERE r.hour = c.hour AND r.unit = c.unit AND r.trigger <> 'redrive'
  ORDER BY started_at DESC LIMIT 1
) AS last_run ON true
-- The runs of the current pass are the last ones: as many of them as have its number of batches between them.
LEFT JOIN LATERAL (
  SELECT *
  FROM (
    SELECT sum(processed) OVER since AS objects, sum(bytes) OVER since AS bytes, sum(read) OVER since AS read,
      sum(split) OVER since AS split, sum(inserted) OVER since AS inserted, sum(duplicates) OVER since AS duplicates,
      sum(rejected) OVER since AS rejected, sum(dropped) OVER since AS dropped, sum(batches) OVER since AS batches,
      started_at AS began_at
    FROM :"runs" AS r
    WHERE r.hour = c.hour AND r.unit = c.unit AND r.trigger <> 'redrive'
    WINDOW since AS (ORDER BY started_at DESC, run_id)
  ) AS sums
  WHERE sums.batches = c.batches
  ORDER BY began_at DESC
  LIMIT 1
) AS runs ON true
LEFT JOIN LATERAL (
  SELECT sum(objects) AS objects, string_agg(hashes, ''::bytea ORDER BY commit_no) AS hashes,
    array_agg(first_key) || array_agg(last_key) AS border_keys
  FROM :"manifests" AS m
  WHERE m.unit = c.unit AND m.pass = c.pass
) AS m ON true
WHERE c.hour = $1
ORDER BY c.unit
