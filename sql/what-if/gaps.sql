-- How long visitors with derived sessions pause between two events, by how many of the borders in $3 (milliseconds,
-- rising) a pause is longer than. A pause of just the timeout goes on with a session, so it counts below its border.
SELECT width_bucket(pause_ms - 0.001, $3::double precision[]) AS borders, count(*) AS pauses
FROM (
  SELECT (extract(epoch FROM e.event_timestamp - lag(e.event_timestamp) OVER visit) * 1000)::double precision AS pause_ms
  FROM :"events" AS e
  WHERE e.session_derived
    AND ($1::timestamptz IS NULL OR e.event_timestamp >= $1) AND ($2::timestamptz IS NULL OR e.event_timestamp < $2)
  WINDOW visit AS (PARTITION BY e.visitor_id ORDER BY e.event_timestamp, e.event_id)
) AS p
WHERE pause_ms IS NOT NULL
GROUP BY 1
