-- The compare-and-set that makes a batch count once: no row is changed when another run has committed in between.
UPDATE :"checkpoints"
SET commit_no = commit_no + 1, run_id = $2, state = $4, pass = $5, last_key = $6, objects = $7, object_bytes = $8,
    digest = $9, position = $10, read = $11, split = $12, inserted = $13, duplicates = $14, rejected = $15,
    dropped = $16, batches = $17, updated_at = now(),
    completed_at = CASE WHEN $4 = 'completed' THEN coalesce(completed_at, now()) END,
    -- While this locks the row no renewal gets to it, so it is one itself.
    held_until = CASE WHEN holder = $2 THEN clock_timestamp() + make_interval(secs => $18) ELSE held_until END
WHERE unit = $1 AND commit_no = $3
