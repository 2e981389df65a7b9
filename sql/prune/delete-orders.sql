-- The rows of orders before a closing time ($1) whose visitors have none any more; some at a time. While an event speaks of
-- an order it stays: without its row the event would pass for an order of its own.
WITH doomed AS (
  SELECT order_id FROM :"orders" AS o
  WHERE ordered_at < $1
    AND NOT EXISTS (SELECT FROM :"visitors" AS v WHERE v.visitor_id = o.visitor_id)
    AND NOT EXISTS (SELECT FROM :"events" AS e WHERE e.order_id = o.order_id)
  LIMIT 5000
)
DELETE FROM :"orders" AS o USING doomed AS d WHERE o.order_id = d.order_id
