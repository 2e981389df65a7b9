-- The warehouse in a few figures. An order counts once, however often its event came: by the event received first.
WITH orders AS (
  SELECT DISTINCT ON (order_id) order_total, currency
  FROM :"events"
  WHERE event_name = 'checkout_complete' AND order_id IS NOT NULL
  ORDER BY order_id, received_at, event_id
)
SELECT
  (SELECT count(*)::integer FROM :"events") AS events,
  (SELECT count(*)::integer FROM :"rejects") AS rejects,
  (SELECT count(DISTINCT visitor_id)::integer FROM :"events") AS visitors,
  (SELECT count(*)::integer FROM (
    SELECT DISTINCT visitor_id, session_id FROM :"events" WHERE session_id IS NOT NULL) AS s) AS sessions,
  (SELECT count(*)::integer FROM orders) AS orders,
  (SELECT coalesce(jsonb_object_agg(currency, cents), '{}') FROM (
    SELECT currency, round(sum(order_total) * 100)::bigint AS cents FROM orders GROUP BY currency) AS r) AS revenue_cents
