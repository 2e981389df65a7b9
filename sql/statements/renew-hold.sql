UPDATE :"checkpoints"
SET held_until = clock_timestamp() + make_interval(secs => $3)
WHERE unit = $1 AND holder = $2
