-- Ends the connection of a holder that has not renewed its hold: what it has not committed would keep rows locked.
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE pid = $1 AND backend_start = $2::timestamptz AND usename = current_user
