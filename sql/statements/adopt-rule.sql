-- The rule that the warehouse is settled by: that of its first run ($1 milliseconds, $2, $3). No row comes back when it has
-- one already that is the same; with another one, that one does.
WITH adopted AS (
  INSERT INTO :"settings" (session_timeout, cut_at_midnight, reporting_time_zone)
  VALUES (make_interval(secs => $1::double precision / 1000), $2, $3)
  ON CONFLICT DO NOTHING
)
SELECT (extract(epoch FROM session_timeout) * 1000)::double precision AS session_timeout_ms, cut_at_midnight,
  reporting_time_zone
FROM :"settings"
WHERE (session_timeout, cut_at_midnight, reporting_time_zone) <> (make_interval(secs => $1::double precision / 1000), $2, $3)
