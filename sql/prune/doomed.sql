-- Which events (e) go before a closing time ($1): those of closed sessions and of none, unless an order that is still open
-- may need them.
e.event_timestamp < $1
  AND NOT EXISTS (
    SELECT FROM :"sessions" AS s
    WHERE s.visitor_id = coalesce(e.visitor_id, '') AND s.session_id = e.session_id AND s.ended_at >= $1
  )
  AND NOT EXISTS (SELECT FROM :"orders" AS o WHERE o.order_id = e.order_id AND o.ordered_at >= $1)
