-- Deletes what is to go of some hours, from $2 up to $3.
DELETE FROM :"events" AS e
WHERE e.event_timestamp >= $2 AND e.event_timestamp < $3 AND :doomed
