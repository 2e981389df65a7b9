UPDATE :"checkpoints"
SET holder = NULL, held_until = NULL, holder_pid = NULL, holder_started = NULL
WHERE unit = $1 AND holder = $2
