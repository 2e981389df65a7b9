-- How many sessions reached each step, at any time.
SELECT
  count(DISTINCT (visitor_id, session_id)) FILTER (WHERE event_name = 'product_view')::integer AS view,
  count(DISTINCT (visitor_id, session_id)) FILTER (WHERE event_name = 'add_to_cart_click')::integer AS cart,
  count(DISTINCT (visitor_id, session_id)) FILTER (WHERE event_name = 'checkout_start')::integer AS checkout,
  count(DISTINCT (visitor_id, session_id)) FILTER (WHERE event_name = 'checkout_complete')::integer AS "order"
FROM :"events"
WHERE session_id IS NOT NULL
