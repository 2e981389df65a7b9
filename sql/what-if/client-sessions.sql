-- Sessions that clients named, which no rule changes, with any event from $1 up to $2.
SELECT count(*) AS sessions
FROM :"sessions"
WHERE NOT derived
  AND ($1::timestamptz IS NULL OR ended_at >= $1) AND ($2::timestamptz IS NULL OR started_at < $2)
