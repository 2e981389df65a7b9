-- Selected rejects by code, the most frequent first, each with one of them as an example.
SELECT code, count(*) AS count, count(DISTINCT source_key) AS objects, min(rejected_at) AS first_at,
  max(rejected_at) AS last_at, (array_agg(detail ORDER BY rejected_at DESC))[1] AS detail,
  min(source_key) AS first_key, max(source_key) AS last_key
FROM :"rejects"
WHERE ($1::text IS NULL OR code = $1)
  AND ($2::text IS NULL OR source_key >= $2)
  AND ($3::text IS NULL OR source_key < $3)
  AND ($4::text IS NULL OR source_key = $4)
  AND ($5::integer IS NULL OR record_index = $5)
GROUP BY code
ORDER BY count(*) DESC, code
