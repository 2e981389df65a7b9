-- Takes hold of a unit that nobody holds; no row comes back when somebody does.
INSERT INTO :"checkpoints" AS c (unit, hour, holder, held_until, holder_pid, holder_started)
SELECT $1, $2, $3, clock_timestamp() + make_interval(secs => $4), pid, backend_start
FROM pg_stat_activity
WHERE pid = pg_backend_pid()
ON CONFLICT (unit) DO UPDATE
SET holder = excluded.holder,
    held_until = excluded.held_until,
    holder_pid = excluded.holder_pid,
    holder_started = excluded.holder_started
-- The run's own hold: it took it, and never got the answer.
WHERE c.holder IS NULL OR c.holder = excluded.holder OR c.held_until <= clock_timestamp()
RETURNING state, pass, commit_no, last_key, objects, object_bytes, digest, position,
  read, split, inserted, duplicates, rejected, dropped, batches
