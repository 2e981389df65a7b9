-- How much waits for the next settling; a completed run leaves nothing.
SELECT count(*) AS count FROM :"marks"
