-- The row of each touched session from its events, and nothing else: what a session's row says is written here and in
-- session-facts.sql and nowhere else, for settling and for a rebuild.

-- A product in a session, as a type: rows of it go on to the sums as they are, and into the session's row as JSON.
CREATE TEMPORARY TABLE clickstream_session_product (
  product_id text, category text, brand text, views integer, carts integer, step integer, list_price numeric, price numeric,
  priced integer
) ON COMMIT DROP;

CREATE TEMPORARY TABLE clickstream_new_sessions (LIKE :"sessions", product_rows clickstream_session_product[]) ON COMMIT DROP;

INSERT INTO clickstream_new_sessions (
  visitor_id, session_id, derived, started_at, ended_at, events, page_views, product_views, carts, user_id, users, logged_in,
  landing_page, exit_page, referrer, traffic_source, traffic_medium, traffic_campaign, traffic_channel, furthest_step,
  furthest_at, funnel_step, view_at, cart_at, checkout_at, order_at, cart_times, checkout_times, order_times, path, orders,
  revenue, product_rows
)
SELECT f.visitor_id, f.session_id, f.derived, f.started_at, f.ended_at, f.events, f.page_views, f.product_views, f.carts,
  f.users[cardinality(f.users)],
  CASE WHEN f.users IS NOT NULL THEN (
    SELECT jsonb_agg(jsonb_build_object('user', user_id, 'events', events, 'first', first_at, 'last', last_at)
      ORDER BY user_id COLLATE "C")
    FROM (
      SELECT user_id, count(*) AS events, min(at) AS first_at, max(at) AS last_at
      FROM unnest(f.users, f.user_times) AS u (user_id, at)
      GROUP BY user_id
    ) AS counted
  ) END,
  f.users IS NOT NULL,
  split_part(split_part(f.pages[1], '?', 1), '#', 1), split_part(split_part(f.pages[cardinality(f.pages)], '?', 1), '#', 1),
  f.referrer, f.touches[1][1], f.touches[1][2], f.touches[1][3], f.touches[1][4],
  CASE
    WHEN f.order_times IS NOT NULL THEN 'order'
    WHEN f.checkout_times IS NOT NULL THEN 'checkout'
    WHEN f.cart_times IS NOT NULL THEN 'cart'
    WHEN f.view_at IS NOT NULL THEN 'view'
  END,
  coalesce(f.order_times[1], f.checkout_times[1], f.cart_times[1], f.view_at),
  CASE
    WHEN o.order_at IS NOT NULL THEN 4
    WHEN k.checkout_at IS NOT NULL THEN 3
    WHEN c.cart_at IS NOT NULL THEN 2
    WHEN f.view_at IS NOT NULL THEN 1
    ELSE 0
  END,
  f.view_at, c.cart_at, k.checkout_at, o.order_at, f.cart_times, f.checkout_times, f.order_times,
  -- Each label beside the one before it; after the last there is none.
  ARRAY(
    SELECT label FROM (SELECT unnest(f.labels) AS label, unnest(array_prepend(NULL, f.labels)) AS previous) AS l
    WHERE label <> previous OR previous IS NULL
    LIMIT 8
  ),
  coalesce(r.orders, 0), r.revenue, p.rows
FROM (:session_facts) AS f
-- The first of a list is nearly always late enough; only if it is not, the others are looked at.
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN f.cart_times[1] >= f.view_at THEN f.cart_times[1]
    WHEN f.cart_times IS NOT NULL AND f.view_at IS NOT NULL
      THEN (SELECT min(at) FROM unnest(f.cart_times) AS at WHERE at >= f.view_at)
  END AS cart_at
  OFFSET 0
) AS c
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN f.checkout_times[1] >= c.cart_at THEN f.checkout_times[1]
    WHEN f.checkout_times IS NOT NULL AND c.cart_at IS NOT NULL
      THEN (SELECT min(at) FROM unnest(f.checkout_times) AS at WHERE at >= c.cart_at)
  END AS checkout_at
  OFFSET 0
) AS k
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN f.order_times[1] >= k.checkout_at THEN f.order_times[1]
    WHEN f.order_times IS NOT NULL AND k.checkout_at IS NOT NULL
      THEN (SELECT min(at) FROM unnest(f.order_times) AS at WHERE at >= k.checkout_at)
  END AS order_at
  OFFSET 0
) AS o
LEFT JOIN LATERAL (
  SELECT array_agg(ROW(product_id, category, brand, views, carts,
    CASE
      WHEN view_at IS NULL THEN 0
      WHEN cart_times IS NULL OR cart_at IS NULL THEN 1
      WHEN checkout_at IS NULL THEN 2
      WHEN NOT EXISTS (SELECT FROM unnest(f.order_times) AS at WHERE at >= checkout_at) THEN 3
      ELSE 4
    END,
    list_price, price, priced)::clickstream_session_product ORDER BY product_id) AS rows
  FROM (
    SELECT *,
      CASE WHEN cart_at IS NOT NULL AND f.checkout_times IS NOT NULL
        THEN (SELECT min(at) FROM unnest(f.checkout_times) AS at WHERE at >= cart_at) END AS checkout_at
    FROM (
      SELECT *,
        CASE WHEN cart_times IS NOT NULL AND view_at IS NOT NULL
          THEN (SELECT min(at) FROM unnest(cart_times) AS at WHERE at >= view_at) END AS cart_at
      FROM (
        SELECT product_id, max(left(category, 128)) AS category, max(left(brand, 128)) AS brand,
          (count(*) FILTER (WHERE viewed))::integer AS views,
          (count(*) FILTER (WHERE NOT viewed))::integer AS carts,
          sum(price) FILTER (WHERE viewed) AS list_price,
          sum(coalesce(discount_price, price)) FILTER (WHERE viewed) AS price,
          (count(price) FILTER (WHERE viewed))::integer AS priced,
          min(at) FILTER (WHERE viewed) AS view_at,
          array_agg(at) FILTER (WHERE NOT viewed) AS cart_times
        FROM unnest(f.shown) AS s (
          product_id text, category text, brand text, price numeric, discount_price numeric, viewed boolean, at timestamptz
        )
        WHERE f.shown IS NOT NULL
        GROUP BY product_id
      ) AS facts
    ) AS carted
    OFFSET 0
  ) AS steps
) AS p ON true
LEFT JOIN LATERAL (
  -- Only a session with the event of an order has one: the others, nearly all, need no look at the orders.
  SELECT sum(orders)::integer AS orders, jsonb_object_agg(currency, net) AS revenue
  FROM (SELECT WHERE f.order_times IS NOT NULL OFFSET 0) AS with_orders
  CROSS JOIN LATERAL (
    SELECT currency, sum(orders) AS orders, trim_scale(sum(net)) AS net
    FROM (
      SELECT currency, count(*) AS orders, sum(net) AS net FROM :"orders" AS o
      WHERE o.visitor_id = f.visitor_id AND o.session_id = f.session_id
      GROUP BY currency
      UNION ALL
      SELECT currency, count(*), sum(net) FROM clickstream_new_orders AS o
      WHERE o.visitor_id = f.visitor_id AND o.session_id = f.session_id
      GROUP BY currency
    ) AS both_kinds
    GROUP BY currency
    OFFSET 0
  ) AS o
) AS r ON true;

-- Of these columns alone: looking at all takes a fifth of what making the rows does.
ANALYZE clickstream_new_sessions (visitor_id, session_id);

INSERT INTO :"sessions"
SELECT visitor_id, session_id, derived, started_at, ended_at, events, page_views, product_views, carts, user_id, users, logged_in,
  landing_page, exit_page, referrer, traffic_source, traffic_medium, traffic_campaign, traffic_channel, furthest_step,
  furthest_at, funnel_step, view_at, cart_at, checkout_at, order_at, cart_times, checkout_times, order_times, path,
  to_jsonb(product_rows), orders, revenue
FROM clickstream_new_sessions;

-- What first brought the visitor is filled in when that is known.
ALTER TABLE clickstream_new_orders
  ADD COLUMN traffic_source text, ADD COLUMN traffic_medium text, ADD COLUMN traffic_campaign text, ADD COLUMN traffic_channel text,
  ADD COLUMN first_source text, ADD COLUMN first_medium text, ADD COLUMN first_campaign text, ADD COLUMN first_channel text;

UPDATE clickstream_new_orders AS o
SET traffic_source = s.traffic_source, traffic_medium = s.traffic_medium, traffic_campaign = s.traffic_campaign,
  traffic_channel = s.traffic_channel
FROM clickstream_new_sessions AS s
WHERE s.visitor_id = o.visitor_id AND s.session_id = o.session_id AND s.traffic_channel IS NOT NULL;

INSERT INTO :"orders" SELECT * FROM clickstream_new_orders;
