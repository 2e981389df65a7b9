-- The hours that selected rejects lie in, by the prefix of their keys, oldest first.
SELECT left(source_key, length('events/YYYY/MM/DD/HH/')) AS prefix, count(*) AS count
FROM :"rejects"
WHERE :selected
GROUP BY 1
ORDER BY 1
