-- After a reconnect the holder has another connection, and that is the one to end should it die.
UPDATE :"checkpoints" AS c
SET holder_pid = a.pid, holder_started = a.backend_start
FROM pg_stat_activity AS a
WHERE c.unit = $1 AND c.holder = $2 AND a.pid = pg_backend_pid()
