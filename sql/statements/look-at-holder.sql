-- Who holds a unit, read without waiting for anyone's lock on the row.
SELECT holder, holder_pid, holder_started::text AS holder_started, coalesce(held_until > clock_timestamp(), false) AS held
FROM :"checkpoints"
WHERE unit = $1
