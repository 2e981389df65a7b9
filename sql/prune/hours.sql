-- The hours that have events to delete, oldest first, with how many.
SELECT date_bin('1 hour', e.event_timestamp, 'epoch') AS hour, count(*)::double precision AS events
FROM :"events" AS e
WHERE :doomed
GROUP BY 1
ORDER BY 1
