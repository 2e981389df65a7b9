-- A run's row in the ledger. Runs of the unit that still stand as running were left by one that died: only the holder
-- begins a run.
WITH lost AS (
  UPDATE :"runs" SET status = 'lost', ended_at = now()
  WHERE unit = $2 AND status = 'running' AND run_id <> $1
)
INSERT INTO :"runs" (run_id, unit, hour, trigger, status)
VALUES ($1, $2, $3, $4, 'running')
ON CONFLICT (run_id, unit) DO NOTHING
