-- Selected rejects by code, the most frequent first, each with one of them as an example.
SELECT code, count(*) AS count, count(DISTINCT source_key) AS objects, min(rejected_at) AS first_at,
  max(rejected_at) AS last_at, (array_agg(detail ORDER BY rejected_at DESC))[1] AS detail,
  min(source_key) AS first_key, max(source_key) AS last_key
FROM :"rejects"
WHERE :selected
GROUP BY code
ORDER BY count(*) DESC, code
