-- The hours from $1 to $2, oldest first, that are not in: each with its checkpoint and how its last run ended.
SELECT h.hour, c.state, coalesce(c.held_until > now(), false) AS held, r.status AS run_status, r.error_code, r.started_at
FROM generate_series($1::timestamptz, $2::timestamptz, interval '1 hour') AS h (hour)
-- A part of an hour has a checkpoint of its own, which says nothing about the whole.
CROSS JOIN LATERAL (SELECT 'events/' || to_char(h.hour AT TIME ZONE 'UTC', 'YYYY/MM/DD/HH24/') AS unit) AS u
LEFT JOIN :"checkpoints" AS c ON c.unit = u.unit
LEFT JOIN LATERAL (
  SELECT status, error_code, started_at
  FROM :"runs" AS r
  WHERE r.hour = h.hour AND r.unit = u.unit AND r.trigger <> 'redrive'
  ORDER BY started_at DESC
  LIMIT 1
) AS r ON true
WHERE c.state IS DISTINCT FROM 'completed'
ORDER BY h.hour
