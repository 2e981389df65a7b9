-- The latest runs of hours, newest first: at most $1, of one hour when $2 is given, and with $3 only those that failed or
-- died.
SELECT run_id, unit, hour, trigger, status_now AS status, error_code, started_at, ended_at, processed, read, split, inserted,
  duplicates, rejected, dropped, bytes, batches, duration_ms, peak_rss_mb
FROM (
  SELECT r.*,
    CASE
      -- A run that died says that it is running until the next one finds out; its hold tells sooner.
      WHEN r.status = 'running' AND (c.holder IS DISTINCT FROM r.run_id OR c.held_until <= now()) THEN 'lost'
      ELSE r.status
    END AS status_now
  FROM :"runs" AS r
  LEFT JOIN :"checkpoints" AS c ON c.unit = r.unit
  WHERE $2::timestamptz IS NULL OR r.hour = $2
) AS r
WHERE NOT $3::boolean OR status_now IN ('failed', 'lost')
ORDER BY started_at DESC, run_id, unit
LIMIT $1
