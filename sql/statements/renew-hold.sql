-- Passes by a row that is locked: the run's own commit renews the hold itself, and a renewal that waited for another's
-- could be done after the run's death, for the sake of nobody.
UPDATE :"checkpoints"
SET held_until = clock_timestamp() + make_interval(secs => $3)
WHERE unit = (SELECT unit FROM :"checkpoints" WHERE unit = $1 AND holder = $2 FOR UPDATE SKIP LOCKED)
