-- The same of the shop's own table. Of orders with a status that does not count it is known that they are there.
DECLARE clickstream_orders NO SCROLL CURSOR FOR
SELECT :"id"::text AS id, :"time"::timestamptz AS at,
  -- Neither null, nor NaN, nor infinite.
  CASE WHEN :"total"::numeric BETWEEN -1e30 AND 1e30 THEN round(:"total"::numeric, 6)::text ELSE '0' END AS total,
  :currency AS currency,
  :"time" >= $1::timestamptz AND :"time" < $2::timestamptz AND :has_status AS counts
FROM :"table"
WHERE :"id" IS NOT NULL
  AND :"time" >= $1::timestamptz - interval '1 day' AND :"time" < $2::timestamptz + interval '1 day'
ORDER BY :"id"::text COLLATE "C"
