-- The row of each order that clickstream_order_events speaks of, where its visit came from still left out.
CREATE TEMPORARY TABLE clickstream_new_orders ON COMMIT DROP AS
SELECT o.order_id, o.event_id, o.event_timestamp AS ordered_at, coalesce(o.visitor_id, '') AS visitor_id, o.session_id,
  o.user_id, left(coalesce(o.currency, ''), 16) AS currency, o.total,
  coalesce(o.item_count, l.quantity) AS item_count,
  r.refunded, r.refunded_at, r.cancelled_at,
  CASE WHEN r.cancelled_at IS NULL THEN o.total - r.refunded ELSE 0 END AS net,
  r.events, l.lines
FROM (
  -- The event that was received first stands for the order; of those of one request, the one that happened first.
  SELECT DISTINCT ON (e.order_id) e.*, coalesce(e.order_total, 0) AS total
  FROM clickstream_order_events AS e
  JOIN :"steps" AS s ON s.event_name = lower(e.event_name)
  WHERE s.step = 'order'
  ORDER BY e.order_id, e.received_at, e.event_timestamp, e.event_id
) AS o
JOIN LATERAL (
  SELECT count(*)::integer AS events,
    -- A refund without an amount gives everything back, and nobody gives back more than was paid.
    CASE WHEN o.total > 0
      THEN least(o.total, coalesce(sum(greatest(coalesce(e.order_total, o.total), 0)) FILTER (WHERE s.step = 'refund'), 0))
      ELSE 0 END AS refunded,
    min(e.event_timestamp) FILTER (WHERE s.step = 'refund') AS refunded_at,
    min(e.event_timestamp) FILTER (WHERE s.step = 'cancel') AS cancelled_at
  FROM clickstream_order_events AS e
  LEFT JOIN :"steps" AS s ON s.event_name = lower(e.event_name)
  WHERE e.order_id = o.order_id
) AS r ON true
LEFT JOIN LATERAL (
  SELECT sum(quantity)::integer AS quantity,
    jsonb_agg(
      jsonb_build_object('product_id', product_id, 'name', name, 'category', category, 'brand', brand,
        'quantity', quantity, 'amount', amount) ORDER BY line
    ) AS lines
  FROM (
    SELECT line, product_id, name, category, brand, quantity, price * quantity AS amount
    FROM (
      SELECT line,
        left(coalesce(i ->> 'item_id', i ->> 'product_id', i ->> 'productId', i ->> 'id', i ->> 'sku'), 128) AS product_id,
        left(coalesce(i ->> 'item_name', i ->> 'product_name', i ->> 'productName', i ->> 'name'), 128) AS name,
        left(coalesce(i ->> 'item_category', i ->> 'product_category', i ->> 'category'), 128) AS category,
        left(coalesce(i ->> 'item_brand', i ->> 'product_brand', i ->> 'brand'), 128) AS brand,
        -- Only what is surely a number, since one that is none would stop all settling.
        CASE WHEN i ->> 'price' ~ '^\d{1,12}(\.\d{1,8})?$' THEN (i ->> 'price')::numeric END AS price,
        CASE WHEN i ->> 'quantity' ~ '^\d{1,6}$' THEN (i ->> 'quantity')::integer ELSE 1 END AS quantity
      FROM jsonb_array_elements(
        CASE
          WHEN jsonb_typeof(o.properties -> 'items') = 'array' THEN o.properties -> 'items'
          WHEN jsonb_typeof(o.properties -> 'products') = 'array' THEN o.properties -> 'products'
          WHEN jsonb_typeof(o.properties -> 'ecommerce' -> 'items') = 'array' THEN o.properties -> 'ecommerce' -> 'items'
        END
      ) WITH ORDINALITY AS items (i, line)
      WHERE jsonb_typeof(i) = 'object' AND line <= 500
    ) AS sent
    UNION ALL
    SELECT 1, o.product_id, left(o.product_name, 128), left(o.product_category, 128), left(o.product_brand, 128),
      least(coalesce(o.item_count, 1), 999999), o.total
    WHERE o.product_id IS NOT NULL
      AND jsonb_typeof(o.properties -> 'items') IS DISTINCT FROM 'array'
      AND jsonb_typeof(o.properties -> 'products') IS DISTINCT FROM 'array'
      AND jsonb_typeof(o.properties -> 'ecommerce' -> 'items') IS DISTINCT FROM 'array'
  ) AS lines
) AS l ON true;

-- Each session asks for its own: without an index a rebuild compares every session with every order.
CREATE INDEX ON clickstream_new_orders (visitor_id, session_id);
ANALYZE clickstream_new_orders (order_id, visitor_id, session_id);
