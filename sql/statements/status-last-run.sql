-- The invocation that began last, over all of its hours; no row when there was none. One that tried rejects again says
-- nothing of whether hours come in.
SELECT r.run_id, min(r.trigger) AS trigger, min(r.started_at) AS started_at, max(r.ended_at) AS ended_at,
  count(*)::integer AS hours,
  CASE
    WHEN bool_or(r.status = 'failed') THEN 'failed'
    WHEN bool_or(r.status = 'lost') THEN 'lost'
    -- A run that died says that it is running until the next one finds out; its hold tells sooner.
    WHEN bool_or(r.status = 'running' AND c.holder IS DISTINCT FROM r.run_id) THEN 'lost'
    WHEN bool_or(r.status = 'running' AND c.held_until <= now()) THEN 'lost'
    WHEN bool_or(r.status = 'running') THEN 'running'
    WHEN bool_or(r.status = 'partial') THEN 'partial'
    ELSE 'complete'
  END AS status,
  min(r.error_code) AS error_code,
  sum(r.processed) AS processed, sum(r.read) AS read, sum(r.inserted) AS inserted, sum(r.duplicates) AS duplicates,
  sum(r.rejected) AS rejected, sum(r.dropped) AS dropped
FROM :"runs" AS r
LEFT JOIN :"checkpoints" AS c ON c.unit = r.unit
WHERE r.run_id = (SELECT run_id FROM :"runs" WHERE trigger <> 'redrive' ORDER BY started_at DESC LIMIT 1)
GROUP BY r.run_id
