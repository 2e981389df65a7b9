-- The rows of the visitors whose sessions changed, as they were and from their sessions as they are.
CREATE TEMPORARY TABLE clickstream_touched_visitors ON COMMIT DROP AS
SELECT visitor_id, count(*) AS sessions FROM clickstream_touched WHERE visitor_id <> '' GROUP BY visitor_id;

ANALYZE clickstream_touched_visitors;

CREATE TEMPORARY TABLE clickstream_old_visitors (LIKE :"visitors") ON COMMIT DROP;
CREATE TEMPORARY TABLE clickstream_new_visitors (LIKE :"visitors") ON COMMIT DROP;

WITH gone AS (
  DELETE FROM :"visitors" AS v USING clickstream_touched_visitors AS t WHERE v.visitor_id = t.visitor_id RETURNING v.*
)
INSERT INTO clickstream_old_visitors SELECT * FROM gone;

-- Most come for the first time and have the one session: its row says all that theirs does, the funnel included, which is
-- of one session either way. Whoever has no row yet has no other session.
INSERT INTO clickstream_new_visitors
SELECT s.visitor_id, s.started_at, s.ended_at, 1, s.events, s.orders, s.revenue,
  ARRAY[(s.started_at AT TIME ZONE :time_zone)::date],
  s.traffic_source, s.traffic_medium, s.traffic_campaign, s.traffic_channel,
  s.traffic_source, s.traffic_medium, s.traffic_campaign, s.traffic_channel,
  s.funnel_step, s.view_at, s.cart_at, s.checkout_at, s.order_at
FROM clickstream_touched_visitors AS t
JOIN clickstream_new_sessions AS s USING (visitor_id)
WHERE t.sessions = 1 AND NOT EXISTS (SELECT FROM clickstream_old_visitors AS o WHERE o.visitor_id = t.visitor_id);

WITH visits AS (
  SELECT s.*, (s.started_at AT TIME ZONE :time_zone)::date AS day,
    jsonb_build_array(s.traffic_source, s.traffic_medium, s.traffic_campaign, s.traffic_channel) AS touch
  FROM clickstream_touched_visitors AS t
  CROSS JOIN LATERAL (SELECT * FROM :"sessions" AS s WHERE s.visitor_id = t.visitor_id OFFSET 0) AS s
  WHERE t.sessions > 1 OR EXISTS (SELECT FROM clickstream_old_visitors AS o WHERE o.visitor_id = t.visitor_id)
), visitors AS (
  SELECT visitor_id, min(started_at) AS first_seen, max(ended_at) AS last_seen, count(*)::integer AS sessions,
    sum(events)::integer AS events, sum(orders)::integer AS orders, array_agg(DISTINCT day ORDER BY day) AS days,
    (array_agg(touch ORDER BY started_at, session_id))[1] AS first_touch,
    (array_agg(touch ORDER BY started_at DESC, session_id DESC) FILTER (WHERE traffic_channel IS NOT NULL))[1] AS last_touch,
    min(view_at) AS view_at
  FROM visits
  GROUP BY visitor_id
), carted AS (
  SELECT visitor_id, min(at) AS cart_at
  FROM visitors AS v JOIN visits AS s USING (visitor_id) CROSS JOIN unnest(s.cart_times) AS at
  WHERE at >= v.view_at
  GROUP BY visitor_id
), checked_out AS (
  SELECT visitor_id, min(at) AS checkout_at
  FROM carted AS v JOIN visits AS s USING (visitor_id) CROSS JOIN unnest(s.checkout_times) AS at
  WHERE at >= v.cart_at
  GROUP BY visitor_id
), ordered AS (
  SELECT visitor_id, min(at) AS order_at
  FROM checked_out AS v JOIN visits AS s USING (visitor_id) CROSS JOIN unnest(s.order_times) AS at
  WHERE at >= v.checkout_at
  GROUP BY visitor_id
), revenue AS (
  SELECT visitor_id, jsonb_object_agg(currency, net) AS revenue
  FROM (
    SELECT visitor_id, currency, trim_scale(sum(net::numeric)) AS net
    FROM visits CROSS JOIN jsonb_each_text(revenue) AS r (currency, net)
    GROUP BY visitor_id, currency
  ) AS sums
  GROUP BY visitor_id
)
INSERT INTO clickstream_new_visitors
SELECT visitor_id, first_seen, last_seen, sessions, events, orders, revenue, days,
  first_touch ->> 0, first_touch ->> 1, first_touch ->> 2, first_touch ->> 3,
  last_touch ->> 0, last_touch ->> 1, last_touch ->> 2, last_touch ->> 3,
  CASE
    WHEN order_at IS NOT NULL THEN 4
    WHEN checkout_at IS NOT NULL THEN 3
    WHEN cart_at IS NOT NULL THEN 2
    WHEN view_at IS NOT NULL THEN 1
    ELSE 0
  END,
  view_at, cart_at, checkout_at, order_at
FROM visitors
LEFT JOIN carted USING (visitor_id)
LEFT JOIN checked_out USING (visitor_id)
LEFT JOIN ordered USING (visitor_id)
LEFT JOIN revenue USING (visitor_id);

INSERT INTO :"visitors" SELECT * FROM clickstream_new_visitors;

UPDATE :"orders" AS o
SET first_source = v.first_source, first_medium = v.first_medium, first_campaign = v.first_campaign,
  first_channel = v.first_channel
FROM clickstream_new_visitors AS v
WHERE v.orders > 0 AND o.visitor_id = v.visitor_id
  AND (o.first_source, o.first_medium, o.first_campaign, o.first_channel)
    IS DISTINCT FROM (v.first_source, v.first_medium, v.first_campaign, v.first_channel);
