-- The latest hour that was read to its end after it was over. Parts of hours do not count.
SELECT max(hour) AS hour
FROM :"checkpoints"
WHERE state = 'completed' AND unit = 'events/' || to_char(hour AT TIME ZONE 'UTC', 'YYYY/MM/DD/HH24/')
