-- The hours that selected rejects lie in, by the prefix of their keys, oldest first.
SELECT left(source_key, length('events/YYYY/MM/DD/HH/')) AS prefix, count(*) AS count
FROM :"rejects"
WHERE ($1::text IS NULL OR code = $1)
  AND ($2::text IS NULL OR source_key >= $2)
  AND ($3::text IS NULL OR source_key < $3)
  AND ($4::text IS NULL OR source_key = $4)
  AND ($5::integer IS NULL OR record_index = $5)
GROUP BY 1
ORDER BY 1
