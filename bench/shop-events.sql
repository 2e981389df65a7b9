-- A year of a shop's events, written straight into the table: :sessions sessions numbered from :first on, of whose events the first
-- :count are taken. Three in ten end after one page; the others view up to six products, one in eight of them adds
-- one to the cart, and half of these come to each next step. Three in ten sessions are derived ones.
INSERT INTO :"events" (
  event_id, event_timestamp, received_at, record_hash, user_id, client_id, visitor_id, session_id, session_derived,
  event_name, product_id, product_name, product_category, product_brand, product_price, product_discount_price, page_url,
  referrer, order_id, order_total, item_count, currency,
  traffic_source, traffic_medium, traffic_campaign, traffic_channel
)
SELECT
  (lpad(to_hex(extract(epoch FROM e.at)::bigint), 8, '0') || lpad(to_hex(no), 16, '0') || lpad(to_hex(k), 8, '0'))::uuid,
  e.at, e.at + interval '1 second', no,
  CASE WHEN visitor % 5 = 0 THEN 'user-' || visitor END, 'client-' || visitor, 'client-' || visitor,
  CASE WHEN no % 10 >= 3 THEN 'session-' || no END, no % 10 < 3,
  name,
  CASE WHEN p.product IS NOT NULL THEN 'sku-' || p.product END,
  CASE WHEN p.product IS NOT NULL THEN 'Product ' || p.product END,
  CASE WHEN p.product IS NOT NULL THEN 'Category ' || p.product % 12 END,
  CASE WHEN p.product IS NOT NULL THEN 'Brand ' || p.product % 30 END,
  CASE WHEN p.product IS NOT NULL THEN p.product % 90 + 9.95 END,
  CASE WHEN p.product IS NOT NULL THEN p.product % 90 + 5.5 END,
  'https://shop.example/' || CASE name WHEN 'home_view' THEN 'landing/' || no % 40 ELSE name || '/' || coalesce(p.product, no % 12) END,
  CASE WHEN k = 1 AND channel IS NOT NULL THEN 'https://' || source || '/' END,
  CASE WHEN name = 'checkout_complete' THEN 'order-' || no END,
  CASE WHEN name = 'checkout_complete' THEN p.product % 90 + 5.5 END,
  CASE WHEN name = 'checkout_complete' THEN 1 END,
  CASE WHEN name = 'checkout_complete' THEN (ARRAY['EUR', 'EUR', 'EUR', 'CHF'])[1 + no % 4] END,
  CASE WHEN k = 1 THEN source END, CASE WHEN k = 1 THEN medium END, CASE WHEN k = 1 THEN campaign END,
  CASE WHEN k = 1 THEN channel END
FROM (
  SELECT no, views, depth, base,
    -- Two visits a visitor on average, some with many.
    floor(luck * luck * :sessions)::bigint + :first AS visitor,
    timestamptz '2025-01-01 00:00Z' + day * interval '1 day' + (6 + 18 * luck_of_hour) * interval '1 hour' AS started_at,
    (ARRAY[NULL, 'google', 'google', 'bing', 'instagram', 'facebook', 'newsletter', 'partner.example'])[origin] AS source,
    (ARRAY[NULL, 'organic', 'cpc', 'organic', 'social', 'cpc', 'email', 'referral'])[origin] AS medium,
    CASE WHEN origin IN (3, 6, 7) THEN 'campaign-' || day / 15 || '-' || no % 5 END AS campaign,
    (ARRAY[NULL, 'organic_search', 'paid_search', 'organic_search', 'organic_social', 'paid_social', 'email', 'referral'])[origin]
      AS channel
  FROM (
    SELECT no, random() AS luck, random() AS luck_of_hour, floor(random() * 365)::integer AS day,
      1 + floor(random() * 8)::integer AS origin, floor(random() * random() * 2000)::integer AS base,
      CASE WHEN random() < 0.3 THEN 0 ELSE 1 + floor(random() * 6)::integer END AS views,
      CASE WHEN random() < 0.12 THEN 1 + (random() < 0.5)::integer * (1 + (random() < 0.6)::integer) ELSE 0 END AS depth
    FROM generate_series(:first, :first + :sessions - 1) AS no
    OFFSET 0
  ) AS chance
) AS session
CROSS JOIN LATERAL generate_series(1, CASE views WHEN 0 THEN 1 ELSE 2 + views + depth END) AS k
CROSS JOIN LATERAL (
  SELECT started_at + (k * 20 + no % 17) * interval '1 second' AS at,
    CASE
      WHEN k = 1 THEN 'home_view'
      WHEN k = 2 THEN 'category_view'
      WHEN k <= 2 + views THEN 'product_view'
      ELSE (ARRAY['add_to_cart_click', 'checkout_start', 'checkout_complete'])[k - 2 - views]
    END AS name
) AS e
CROSS JOIN LATERAL (
  SELECT CASE WHEN k > 2 THEN (base + least(k - 2, views) * 37) % 2000 END AS product
) AS p
LIMIT :count
