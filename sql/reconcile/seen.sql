-- Orders that clickstream has seen in a range of time, and a day to either side of it: an event may come much earlier or
-- later than the shop's own row. In the order of ids by bytes, as the other side comes.
DECLARE clickstream_orders NO SCROLL CURSOR FOR
SELECT order_id AS id, ordered_at AS at, round(total, 6)::text AS total, currency,
  ordered_at >= $1::timestamptz AND ordered_at < $2::timestamptz AS counts
FROM :"orders"
WHERE ordered_at >= $1::timestamptz - interval '1 day' AND ordered_at < $2::timestamptz + interval '1 day'
ORDER BY order_id
