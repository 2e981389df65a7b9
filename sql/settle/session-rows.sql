-- The row of each numbered session from its events, and nothing else: what a session's row says is written here and
-- nowhere else, for settling and for a rebuild.
CREATE TEMPORARY TABLE clickstream_new_sessions (LIKE :"sessions") ON COMMIT DROP;

WITH labelled AS (
  SELECT e.*, e.event_timestamp AS at, s.step, coalesce(s.step, left(e.event_name, 64)) AS label
  FROM clickstream_session_events AS e
  LEFT JOIN :"steps" AS s ON s.event_name = lower(e.event_name)
), ordered AS (
  SELECT *, lag(label) OVER (PARTITION BY no ORDER BY at, event_id) AS previous
  FROM labelled
), grouped AS (
  -- Each number's events come in order of time, so that an array's first is the earliest: ordering in each aggregate
  -- takes twice as long.
  SELECT no, bool_or(session_derived) AS derived, min(at) AS started_at, max(at) AS ended_at, count(*)::integer AS events,
    (count(*) FILTER (WHERE step IN ('home', 'category', 'search', 'page', 'view')))::integer AS page_views,
    (count(*) FILTER (WHERE step = 'view'))::integer AS product_views,
    (count(*) FILTER (WHERE step = 'cart'))::integer AS carts,
    array_agg(user_id) FILTER (WHERE user_id IS NOT NULL) AS users,
    array_agg(page_url) FILTER (WHERE page_url IS NOT NULL) AS pages,
    (array_agg(referrer) FILTER (WHERE referrer IS NOT NULL))[1] AS referrer,
    (array_agg(jsonb_build_array(traffic_source, traffic_medium, traffic_campaign, traffic_channel))
      FILTER (WHERE traffic_channel IS NOT NULL))[1] AS touch,
    min(at) FILTER (WHERE step = 'view') AS view_at,
    array_agg(at) FILTER (WHERE step = 'cart') AS cart_times,
    array_agg(at) FILTER (WHERE step = 'checkout') AS checkout_times,
    array_agg(at) FILTER (WHERE step = 'order') AS order_times,
    (array_agg(label) FILTER (WHERE label IS DISTINCT FROM previous))[1:8] AS path
  FROM ordered
  GROUP BY no
), funnel AS (
  SELECT g.*, c.cart_at, k.checkout_at, o.order_at
  FROM grouped AS g
  CROSS JOIN LATERAL (SELECT min(at) AS cart_at FROM unnest(cart_times) AS at WHERE at >= view_at) AS c
  CROSS JOIN LATERAL (SELECT min(at) AS checkout_at FROM unnest(checkout_times) AS at WHERE at >= c.cart_at) AS k
  CROSS JOIN LATERAL (SELECT min(at) AS order_at FROM unnest(order_times) AS at WHERE at >= k.checkout_at) AS o
), product_facts AS (
  SELECT no, product_id, max(left(product_category, 128)) AS category, max(left(product_brand, 128)) AS brand,
    (count(*) FILTER (WHERE step = 'view'))::integer AS views,
    (count(*) FILTER (WHERE step = 'cart'))::integer AS carts,
    sum(product_price) FILTER (WHERE step = 'view') AS list_price,
    sum(coalesce(product_discount_price, product_price)) FILTER (WHERE step = 'view') AS price,
    (count(product_price) FILTER (WHERE step = 'view'))::integer AS priced,
    min(at) FILTER (WHERE step = 'view') AS view_at,
    array_agg(at) FILTER (WHERE step = 'cart') AS cart_times
  FROM labelled
  WHERE product_id IS NOT NULL AND step IN ('view', 'cart')
  GROUP BY no, product_id
), product_steps AS (
  SELECT p.*,
    CASE
      WHEN p.view_at IS NULL THEN 0
      WHEN c.cart_at IS NULL THEN 1
      WHEN k.checkout_at IS NULL THEN 2
      WHEN NOT EXISTS (SELECT FROM unnest(f.order_times) AS at WHERE at >= k.checkout_at) THEN 3
      ELSE 4
    END AS step
  FROM product_facts AS p
  JOIN funnel AS f USING (no)
  CROSS JOIN LATERAL (SELECT min(at) AS cart_at FROM unnest(p.cart_times) AS at WHERE at >= p.view_at) AS c
  CROSS JOIN LATERAL (SELECT min(at) AS checkout_at FROM unnest(f.checkout_times) AS at WHERE at >= c.cart_at) AS k
), products AS (
  SELECT no, jsonb_agg(jsonb_build_object('product_id', product_id, 'category', category, 'brand', brand, 'views', views,
    'carts', carts, 'step', step, 'list_price', list_price, 'price', price, 'priced', priced) ORDER BY product_id) AS products
  FROM (SELECT * FROM product_steps ORDER BY no) AS p
  GROUP BY no
), known_users AS (
  SELECT no, jsonb_agg(jsonb_build_object('user', user_id, 'events', events, 'first', first_at, 'last', last_at)
    ORDER BY user_id COLLATE "C") AS users
  FROM (
    SELECT no, user_id, count(*) AS events, min(event_timestamp) AS first_at, max(event_timestamp) AS last_at
    FROM clickstream_session_events
    WHERE user_id IS NOT NULL
    GROUP BY no, user_id
  ) AS counted
  GROUP BY no
), revenue AS (
  -- Only a session with the event of an order has one: the others, nearly all, need no look at the orders.
  SELECT t.no, sum(orders)::integer AS orders, jsonb_object_agg(currency, net) AS revenue
  FROM funnel AS f
  JOIN clickstream_touched AS t USING (no)
  JOIN LATERAL (
    SELECT currency, sum(orders) AS orders, trim_scale(sum(net)) AS net
    FROM (
      SELECT currency, count(*) AS orders, sum(net) AS net FROM :"orders" AS o
      WHERE o.visitor_id = t.visitor_id AND o.session_id = t.session_id
      GROUP BY currency
      UNION ALL
      SELECT currency, count(*), sum(net) FROM clickstream_new_orders AS o
      WHERE o.visitor_id = t.visitor_id AND o.session_id = t.session_id
      GROUP BY currency
    ) AS both_kinds
    GROUP BY currency
  ) AS o ON true
  WHERE f.order_times IS NOT NULL
  GROUP BY t.no
)
INSERT INTO clickstream_new_sessions
SELECT t.visitor_id, t.session_id, f.derived, f.started_at, f.ended_at, f.events, f.page_views, f.product_views, f.carts,
  f.users[cardinality(f.users)], u.users, f.users IS NOT NULL,
  substring(f.pages[1] FROM '^[^?#]*'), substring(f.pages[cardinality(f.pages)] FROM '^[^?#]*'), f.referrer,
  f.touch ->> 0, f.touch ->> 1, f.touch ->> 2, f.touch ->> 3,
  CASE
    WHEN f.order_times IS NOT NULL THEN 'order'
    WHEN f.checkout_times IS NOT NULL THEN 'checkout'
    WHEN f.cart_times IS NOT NULL THEN 'cart'
    WHEN f.view_at IS NOT NULL THEN 'view'
  END,
  coalesce(f.order_times[1], f.checkout_times[1], f.cart_times[1], f.view_at),
  CASE
    WHEN f.order_at IS NOT NULL THEN 4
    WHEN f.checkout_at IS NOT NULL THEN 3
    WHEN f.cart_at IS NOT NULL THEN 2
    WHEN f.view_at IS NOT NULL THEN 1
    ELSE 0
  END,
  f.view_at, f.cart_at, f.checkout_at, f.order_at, f.cart_times, f.checkout_times, f.order_times,
  f.path, p.products, coalesce(r.orders, 0), r.revenue
FROM funnel AS f
JOIN clickstream_touched AS t USING (no)
LEFT JOIN products AS p USING (no)
LEFT JOIN known_users AS u USING (no)
LEFT JOIN revenue AS r USING (no);

-- Of these columns alone: looking at all takes a fifth of what making the rows does.
ANALYZE clickstream_new_sessions (visitor_id, session_id);

INSERT INTO :"sessions" SELECT * FROM clickstream_new_sessions;

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
