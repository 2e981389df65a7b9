-- What was rejected since $1, the most frequent code first.
SELECT code, count(*) AS count, max(rejected_at) AS last_at
FROM :"rejects"
WHERE rejected_at > $1
GROUP BY code
ORDER BY count DESC, code
