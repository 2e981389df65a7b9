-- Enters a replay ($1) into the ledger as one more pass over each hour, with the counts and manifests of its own reading
-- and what it inserted here. The hour is read to its end, and completed once it is settled; the hold goes.
WITH inserted AS (
  SELECT hour, count(*) AS events FROM :compared WHERE fate = 'insert' GROUP BY hour
), passes AS (
  UPDATE :"checkpoints" AS c
  SET state = CASE WHEN s.state = 'completed' THEN 'loaded' ELSE s.state END, pass = c.pass + 1,
    commit_no = c.commit_no + 1, run_id = $1, last_key = s.last_key, objects = s.objects, object_bytes = s.object_bytes,
    digest = s.digest, position = NULL, read = s.read, split = s.split, inserted = coalesce(i.events, 0),
    duplicates = s.inserted + s.duplicates - coalesce(i.events, 0), rejected = s.rejected, dropped = s.dropped,
    batches = s.batches, updated_at = now(), completed_at = NULL,
    holder = NULL, held_until = NULL, holder_pid = NULL, holder_started = NULL
  FROM :"shadow_checkpoints" AS s
  LEFT JOIN inserted AS i ON i.hour = s.hour
  WHERE c.unit = s.unit
  RETURNING c.*
), cleared AS (
  DELETE FROM :"manifests" AS m USING passes AS p WHERE m.unit = p.unit
), read AS (
  INSERT INTO :"manifests" (unit, pass, commit_no, first_key, last_key, objects, hashes)
  SELECT m.unit, p.pass, m.commit_no, m.first_key, m.last_key, m.objects, m.hashes
  FROM :"shadow_manifests" AS m
  JOIN passes AS p ON p.unit = m.unit
)
INSERT INTO :"runs" (run_id, unit, hour, trigger, status, started_at, ended_at, processed, read, split, inserted,
  duplicates, rejected, dropped, bytes, batches)
SELECT $1, unit, hour, 'replay', 'complete', now(), now(), objects, read, split, inserted, duplicates, rejected, dropped,
  object_bytes, batches
FROM passes
