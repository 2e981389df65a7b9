-- What dashboards show, with columns that stay. Rows are days of the reporting time zone; every column but keys, averages
-- and shares may be summed up over them. A view reads with the rights of whoever asks.

-- Where clocks go back from 1:00 to midnight, the day begins at the first of the two midnights, and AT TIME ZONE gives
-- the second.
CREATE VIEW :"days" WITH (security_invoker = true) AS
SELECT g.midnight::date AS day, s.at AS starts_at, e.at AS ends_at, z.zone AS time_zone
FROM (SELECT coalesce((SELECT reporting_time_zone FROM :"settings"), 'UTC') AS zone) AS z
CROSS JOIN generate_series(
  ((SELECT min(quarter) FROM :"quarterlyActivity") AT TIME ZONE z.zone)::date::timestamp,
  ((SELECT max(quarter) FROM :"quarterlyActivity") AT TIME ZONE z.zone)::date::timestamp,
  interval '1 day'
) AS g (midnight)
CROSS JOIN LATERAL (
  SELECT g.midnight AT TIME ZONE z.zone AS midnight, (g.midnight + interval '1 day') AT TIME ZONE z.zone AS next
) AS m
CROSS JOIN LATERAL (
  SELECT CASE WHEN ((m.midnight - interval '1 hour') AT TIME ZONE z.zone)::date = g.midnight::date
    THEN m.midnight - interval '1 hour' ELSE m.midnight END AS at
) AS s
CROSS JOIN LATERAL (
  SELECT CASE WHEN ((m.next - interval '1 hour') AT TIME ZONE z.zone)::date = g.midnight::date + 1
    THEN m.next - interval '1 hour' ELSE m.next END AS at
) AS e;

COMMENT ON VIEW :"days" IS
  'The days of the reporting time zone from the first to the last event, each with when it begins and ends. For example: on which days was nothing ordered?';
COMMENT ON COLUMN :"days".day IS 'The day';
COMMENT ON COLUMN :"days".starts_at IS 'When it begins';
COMMENT ON COLUMN :"days".ends_at IS 'When the next one begins';
COMMENT ON COLUMN :"days".time_zone IS 'The reporting time zone; UTC before a run has set one';

CREATE VIEW :"dailySessions" WITH (security_invoker = true) AS
SELECT day, logged_in, coalesce(nullif(traffic_channel, ''), 'direct') AS channel,
  nullif(traffic_source, '') AS source, nullif(traffic_medium, '') AS medium,
  nullif(traffic_campaign, '') AS campaign, sessions, bounces, events, page_views,
  round(duration_ms / 1000.0, 3) AS duration_s, round(duration_ms / 1000.0 / sessions, 1) AS average_duration_s,
  round(page_views::numeric / sessions, 2) AS average_page_views, round(bounces::numeric / sessions, 4) AS bounce_rate
FROM :"sessionsByDay";

COMMENT ON VIEW :"dailySessions" IS
  'Sessions by day, login and what brought them. For example: how many sessions did each channel bring last month, and how many of them bounced?';
COMMENT ON COLUMN :"dailySessions".day IS 'The day on which the sessions started';
COMMENT ON COLUMN :"dailySessions".logged_in IS 'Whether a user was known in them at any time';
COMMENT ON COLUMN :"dailySessions".channel IS 'What brought them, as a kind: direct where nothing says so';
COMMENT ON COLUMN :"dailySessions".source IS 'The site, engine or newsletter; null for direct';
COMMENT ON COLUMN :"dailySessions".medium IS 'The medium, such as cpc or email';
COMMENT ON COLUMN :"dailySessions".campaign IS 'The campaign';
COMMENT ON COLUMN :"dailySessions".sessions IS 'Sessions';
COMMENT ON COLUMN :"dailySessions".bounces IS 'Sessions that show at most one page';
COMMENT ON COLUMN :"dailySessions".events IS 'Events in them';
COMMENT ON COLUMN :"dailySessions".page_views IS 'Views of pages in them';
COMMENT ON COLUMN :"dailySessions".duration_s IS 'Seconds from their first to their last event, summed up';
COMMENT ON COLUMN :"dailySessions".average_duration_s IS 'duration_s by sessions';
COMMENT ON COLUMN :"dailySessions".average_page_views IS 'page_views by sessions';
COMMENT ON COLUMN :"dailySessions".bounce_rate IS 'bounces by sessions, from 0 to 1';

CREATE VIEW :"funnel" WITH (security_invoker = true) AS
SELECT day, logged_in, coalesce(nullif(traffic_channel, ''), 'direct') AS channel,
  nullif(traffic_source, '') AS source, nullif(traffic_medium, '') AS medium,
  nullif(traffic_campaign, '') AS campaign, sessions, viewed, carted, checked_out, ordered,
  viewed - carted AS left_after_view, carted - checked_out AS left_after_cart,
  checked_out - ordered AS left_after_checkout, round(to_cart_ms / 1000.0, 3) AS to_cart_s,
  round(to_checkout_ms / 1000.0, 3) AS to_checkout_s, round(to_order_ms / 1000.0, 3) AS to_order_s,
  round(to_cart_ms / 1000.0 / nullif(carted, 0), 1) AS average_to_cart_s,
  round(to_checkout_ms / 1000.0 / nullif(checked_out, 0), 1) AS average_to_checkout_s,
  round(to_order_ms / 1000.0 / nullif(ordered, 0), 1) AS average_to_order_s
FROM :"sessionsByDay";

COMMENT ON VIEW :"funnel" IS
  'The funnel of sessions, its steps in order of time, by day, login and what brought them. For example: at which step do most visits from a campaign end?';
COMMENT ON COLUMN :"funnel".day IS 'The day on which the sessions started';
COMMENT ON COLUMN :"funnel".logged_in IS 'Whether a user was known in them at any time';
COMMENT ON COLUMN :"funnel".channel IS 'What brought them, as a kind: direct where nothing says so';
COMMENT ON COLUMN :"funnel".source IS 'The site, engine or newsletter; null for direct';
COMMENT ON COLUMN :"funnel".medium IS 'The medium, such as cpc or email';
COMMENT ON COLUMN :"funnel".campaign IS 'The campaign';
COMMENT ON COLUMN :"funnel".sessions IS 'Sessions';
COMMENT ON COLUMN :"funnel".viewed IS 'Sessions that viewed a product';
COMMENT ON COLUMN :"funnel".carted IS 'Sessions that then added to the cart';
COMMENT ON COLUMN :"funnel".checked_out IS 'Sessions that then began to check out';
COMMENT ON COLUMN :"funnel".ordered IS 'Sessions that then ordered';
COMMENT ON COLUMN :"funnel".left_after_view IS 'Sessions that viewed and came no further';
COMMENT ON COLUMN :"funnel".left_after_cart IS 'Sessions that added to the cart and came no further';
COMMENT ON COLUMN :"funnel".left_after_checkout IS 'Sessions that began to check out and came no further';
COMMENT ON COLUMN :"funnel".to_cart_s IS 'Seconds from the first view to the cart, summed up over those that came so far';
COMMENT ON COLUMN :"funnel".to_checkout_s IS 'Seconds from the cart to the checkout, summed up likewise';
COMMENT ON COLUMN :"funnel".to_order_s IS 'Seconds from the checkout to the order, summed up likewise';
COMMENT ON COLUMN :"funnel".average_to_cart_s IS 'to_cart_s by carted';
COMMENT ON COLUMN :"funnel".average_to_checkout_s IS 'to_checkout_s by checked_out';
COMMENT ON COLUMN :"funnel".average_to_order_s IS 'to_order_s by ordered';

CREATE VIEW :"categoryFunnel" WITH (security_invoker = true) AS
SELECT day, nullif(category, '') AS category, nullif(brand, '') AS brand, sessions, viewed, carted, checked_out,
  ordered, viewed - carted AS left_after_view, carted - checked_out AS left_after_cart,
  checked_out - ordered AS left_after_checkout
FROM :"categoriesByDay";

COMMENT ON VIEW :"categoryFunnel" IS
  'The funnel of sessions with any product of a category and brand, its steps in order of time, by day. A session with products of several categories counts in each. For example: which categories are viewed much and bought little?';
COMMENT ON COLUMN :"categoryFunnel".day IS 'The day on which the sessions started';
COMMENT ON COLUMN :"categoryFunnel".category IS 'The category of the products';
COMMENT ON COLUMN :"categoryFunnel".brand IS 'Their brand';
COMMENT ON COLUMN :"categoryFunnel".sessions IS 'Sessions that viewed such a product or added one to the cart';
COMMENT ON COLUMN :"categoryFunnel".viewed IS 'Sessions that viewed one';
COMMENT ON COLUMN :"categoryFunnel".carted IS 'Sessions that then added it to the cart';
COMMENT ON COLUMN :"categoryFunnel".checked_out IS 'Sessions that then began to check out';
COMMENT ON COLUMN :"categoryFunnel".ordered IS 'Sessions that then ordered';
COMMENT ON COLUMN :"categoryFunnel".left_after_view IS 'Sessions that viewed and came no further';
COMMENT ON COLUMN :"categoryFunnel".left_after_cart IS 'Sessions that added to the cart and came no further';
COMMENT ON COLUMN :"categoryFunnel".left_after_checkout IS 'Sessions that began to check out and came no further';

CREATE VIEW :"visitorFunnel" WITH (security_invoker = true) AS
SELECT day, coalesce(nullif(traffic_channel, ''), 'direct') AS channel, nullif(traffic_source, '') AS source,
  nullif(traffic_medium, '') AS medium, nullif(traffic_campaign, '') AS campaign, visitors, returned, orders, viewed,
  carted, checked_out, ordered, viewed - carted AS left_after_view, carted - checked_out AS left_after_cart,
  checked_out - ordered AS left_after_checkout, round(to_cart_ms / 1000.0, 3) AS to_cart_s,
  round(to_checkout_ms / 1000.0, 3) AS to_checkout_s, round(to_order_ms / 1000.0, 3) AS to_order_s,
  round(to_cart_ms / 1000.0 / nullif(carted, 0), 1) AS average_to_cart_s,
  round(to_checkout_ms / 1000.0 / nullif(checked_out, 0), 1) AS average_to_checkout_s,
  round(to_order_ms / 1000.0 / nullif(ordered, 0), 1) AS average_to_order_s
FROM :"visitorsByDay";

COMMENT ON VIEW :"visitorFunnel" IS
  'The funnel of visitors over all of their sessions, its steps in order of time, by the day on which they were first seen and what brought them then. For example: how many of the visitors that a campaign brought have ordered since, and how long did it take them?';
COMMENT ON COLUMN :"visitorFunnel".day IS 'The day on which they were first seen';
COMMENT ON COLUMN :"visitorFunnel".channel IS 'What brought them first, as a kind: direct where nothing says so';
COMMENT ON COLUMN :"visitorFunnel".source IS 'The site, engine or newsletter; null for direct';
COMMENT ON COLUMN :"visitorFunnel".medium IS 'The medium, such as cpc or email';
COMMENT ON COLUMN :"visitorFunnel".campaign IS 'The campaign';
COMMENT ON COLUMN :"visitorFunnel".visitors IS 'Visitors';
COMMENT ON COLUMN :"visitorFunnel".returned IS 'Visitors with more than one session';
COMMENT ON COLUMN :"visitorFunnel".orders IS 'Orders they have made since';
COMMENT ON COLUMN :"visitorFunnel".viewed IS 'Visitors that viewed a product';
COMMENT ON COLUMN :"visitorFunnel".carted IS 'Visitors that then added to the cart';
COMMENT ON COLUMN :"visitorFunnel".checked_out IS 'Visitors that then began to check out';
COMMENT ON COLUMN :"visitorFunnel".ordered IS 'Visitors that then ordered';
COMMENT ON COLUMN :"visitorFunnel".left_after_view IS 'Visitors that viewed and came no further';
COMMENT ON COLUMN :"visitorFunnel".left_after_cart IS 'Visitors that added to the cart and came no further';
COMMENT ON COLUMN :"visitorFunnel".left_after_checkout IS 'Visitors that began to check out and came no further';
COMMENT ON COLUMN :"visitorFunnel".to_cart_s IS 'Seconds from the first view to the cart, summed up over those that came so far';
COMMENT ON COLUMN :"visitorFunnel".to_checkout_s IS 'Seconds from the cart to the checkout, summed up likewise';
COMMENT ON COLUMN :"visitorFunnel".to_order_s IS 'Seconds from the checkout to the order, summed up likewise';
COMMENT ON COLUMN :"visitorFunnel".average_to_cart_s IS 'to_cart_s by carted';
COMMENT ON COLUMN :"visitorFunnel".average_to_checkout_s IS 'to_checkout_s by checked_out';
COMMENT ON COLUMN :"visitorFunnel".average_to_order_s IS 'to_order_s by ordered';

CREATE VIEW :"journeys" WITH (security_invoker = true) AS
SELECT day, path, sessions, ordered, round(ordered::numeric / sessions, 4) AS conversion
FROM :"journeysByDay";

COMMENT ON VIEW :"journeys" IS
  'The ways that sessions took, by day. For example: which first steps lead to an order most often?';
COMMENT ON COLUMN :"journeys".day IS 'The day on which the sessions started';
COMMENT ON COLUMN :"journeys".path IS 'Their first eight steps, repetitions left out, with > between them';
COMMENT ON COLUMN :"journeys".sessions IS 'Sessions that took it';
COMMENT ON COLUMN :"journeys".ordered IS 'Those of them that have an order event';
COMMENT ON COLUMN :"journeys".conversion IS 'ordered by sessions, from 0 to 1';

CREATE VIEW :"pages" WITH (security_invoker = true) AS
SELECT day, page, entries, exits, bounces
FROM :"pagesByDay";

COMMENT ON VIEW :"pages" IS
  'Where sessions began and ended, by day. For example: on which pages do visits begin that go no further?';
COMMENT ON COLUMN :"pages".day IS 'The day on which the sessions started';
COMMENT ON COLUMN :"pages".page IS 'The page without its query';
COMMENT ON COLUMN :"pages".entries IS 'Sessions that began here';
COMMENT ON COLUMN :"pages".exits IS 'Sessions that ended here';
COMMENT ON COLUMN :"pages".bounces IS 'Sessions that began here and show at most one page';

-- The currency of no name is an empty text here, a key like the others.
CREATE VIEW :"productEngagement" WITH (security_invoker = true) AS
SELECT day, nullif(product_id, '') AS product_id, nullif(category, '') AS category, nullif(brand, '') AS brand,
  sessions, views, carts, viewed, carted, checked_out, ordered,
  round(ordered::numeric / nullif(viewed, 0), 4) AS conversion,
  priced AS priced_views, list_price AS list_price_sum, price AS price_sum,
  round(list_price / nullif(priced, 0), 2) AS average_list_price, round(price / nullif(priced, 0), 2) AS average_price,
  orders, quantity,
  -- Looked up only by queries that ask for it.
  (
    SELECT jsonb_object_agg(l.currency, l.net) FROM :"orderLinesByDay" AS l
    WHERE l.day = p.day AND l.product_id = p.product_id AND l.category = p.category AND l.brand = p.brand
  ) AS revenue
FROM :"productsByDay" AS p;

COMMENT ON VIEW :"productEngagement" IS
  'What sessions did with each product and what was ordered of it, by day. Where views, carts and orders give a product other categories or brands, it has a row for each. For example: which products are viewed most, and which of them sell?';
COMMENT ON COLUMN :"productEngagement".day IS 'The day on which the sessions started and the orders were made';
COMMENT ON COLUMN :"productEngagement".product_id IS 'The product; null for lines of orders that name none';
COMMENT ON COLUMN :"productEngagement".category IS 'Its category at the time';
COMMENT ON COLUMN :"productEngagement".brand IS 'Its brand at the time';
COMMENT ON COLUMN :"productEngagement".sessions IS 'Sessions that viewed it or added it to the cart';
COMMENT ON COLUMN :"productEngagement".views IS 'Views of it';
COMMENT ON COLUMN :"productEngagement".carts IS 'Additions of it to the cart';
COMMENT ON COLUMN :"productEngagement".viewed IS 'Sessions that viewed it';
COMMENT ON COLUMN :"productEngagement".carted IS 'Sessions that then added it to the cart';
COMMENT ON COLUMN :"productEngagement".checked_out IS 'Sessions that then began to check out';
COMMENT ON COLUMN :"productEngagement".ordered IS 'Sessions that then ordered';
COMMENT ON COLUMN :"productEngagement".conversion IS 'ordered by viewed, from 0 to 1';
COMMENT ON COLUMN :"productEngagement".priced_views IS 'Views that had a price';
COMMENT ON COLUMN :"productEngagement".list_price_sum IS 'The price at each of them, summed up';
COMMENT ON COLUMN :"productEngagement".price_sum IS 'The price less discount at each of them, summed up';
COMMENT ON COLUMN :"productEngagement".average_list_price IS 'list_price_sum by priced_views';
COMMENT ON COLUMN :"productEngagement".average_price IS 'price_sum by priced_views: what it was offered for on average';
COMMENT ON COLUMN :"productEngagement".orders IS 'Lines of orders';
COMMENT ON COLUMN :"productEngagement".quantity IS 'Pieces ordered';
COMMENT ON COLUMN :"productEngagement".revenue IS 'What these came to, by currency, refunds and cancellations taken off; to sum it up, see revenue_by_product';

CREATE VIEW :"sessionProducts" WITH (security_invoker = true) AS
SELECT (s.started_at AT TIME ZONE coalesce((SELECT reporting_time_zone FROM :"settings"), 'UTC'))::date AS day,
  s.started_at, s.visitor_id, s.session_id,
  p.product_id, p.category, p.brand, p.views, p.carts, p.step,
  round(p.list_price / nullif(p.priced, 0), 2) AS average_list_price,
  round(p.price / nullif(p.priced, 0), 2) AS average_price
FROM :"sessions" AS s
CROSS JOIN jsonb_to_recordset(s.products) AS p (
  product_id text, category text, brand text, views integer, carts integer, step integer,
  list_price numeric, price numeric, priced integer
);

COMMENT ON VIEW :"sessionProducts" IS
  'A row per session and product that was viewed in it or added to the cart. For example: which products did a visitor look at and leave?';
COMMENT ON COLUMN :"sessionProducts".day IS 'The day on which the session started';
COMMENT ON COLUMN :"sessionProducts".started_at IS 'When it started; the column to choose a stretch of time by';
COMMENT ON COLUMN :"sessionProducts".visitor_id IS 'Whose it was';
COMMENT ON COLUMN :"sessionProducts".session_id IS 'Which session';
COMMENT ON COLUMN :"sessionProducts".product_id IS 'The product';
COMMENT ON COLUMN :"sessionProducts".category IS 'Its category';
COMMENT ON COLUMN :"sessionProducts".brand IS 'Its brand';
COMMENT ON COLUMN :"sessionProducts".views IS 'Views of it';
COMMENT ON COLUMN :"sessionProducts".carts IS 'Additions of it to the cart';
COMMENT ON COLUMN :"sessionProducts".step IS 'How far the session came with it in order of time: 1 viewed, 2 then added to the cart, 3 then began to check out, 4 then ordered';
COMMENT ON COLUMN :"sessionProducts".average_list_price IS 'Its price at the views, on average';
COMMENT ON COLUMN :"sessionProducts".average_price IS 'Its price less discount at the views, on average';

-- Each day asks for its own stretch of time, a walk along the keys: a condition on the day chooses days first.
CREATE VIEW :"activity" WITH (security_invoker = true) AS
SELECT d.day, q.quarter, q.quarter AT TIME ZONE d.time_zone AS local_time, q.events, q.sessions, q.orders
FROM :"days" AS d
CROSS JOIN LATERAL (
  SELECT quarter, sum(events)::bigint AS events, sum(sessions)::bigint AS sessions, sum(orders)::bigint AS orders
  FROM (
    SELECT quarter, events, 0 AS sessions, 0 AS orders
    FROM :"quarterlyActivity"
    WHERE quarter >= d.starts_at AND quarter < d.ends_at
    UNION ALL
    SELECT quarter, 0, sessions, 0
    FROM :"sessionStarts"
    WHERE quarter >= d.starts_at AND quarter < d.ends_at
    UNION ALL
    SELECT quarter, 0, 0, orders
    FROM :"quarterlyOrders"
    WHERE quarter >= d.starts_at AND quarter < d.ends_at
  ) AS all_kinds
  GROUP BY quarter
) AS q;

COMMENT ON VIEW :"activity" IS
  'What happened in each quarter of an hour. For example: how busy has the shop been since this morning?';
COMMENT ON COLUMN :"activity".day IS 'The day';
COMMENT ON COLUMN :"activity".quarter IS 'The quarter of an hour';
COMMENT ON COLUMN :"activity".local_time IS 'The same in the reporting time zone';
COMMENT ON COLUMN :"activity".events IS 'Events that happened in it';
COMMENT ON COLUMN :"activity".sessions IS 'Sessions that started in it';
COMMENT ON COLUMN :"activity".orders IS 'Orders made in it';

CREATE VIEW :"activityByHour" WITH (security_invoker = true) AS
SELECT day, date_trunc('hour', local_time) AS local_time, extract(isodow FROM day)::integer AS weekday,
  extract(hour FROM local_time)::integer AS hour,
  sum(events)::bigint AS events, sum(sessions)::bigint AS sessions, sum(orders)::bigint AS orders
FROM :"activity"
GROUP BY 1, 2, 3, 4;

COMMENT ON VIEW :"activityByHour" IS
  'What happened in each hour of each day. For example: how did yesterday’s orders spread over the day?';
COMMENT ON COLUMN :"activityByHour".day IS 'The day';
COMMENT ON COLUMN :"activityByHour".local_time IS 'When the hour begins, in the reporting time zone';
COMMENT ON COLUMN :"activityByHour".weekday IS 'The day of the week, 1 for Monday to 7 for Sunday';
COMMENT ON COLUMN :"activityByHour".hour IS 'The hour of the day, 0 to 23';
COMMENT ON COLUMN :"activityByHour".events IS 'Events that happened in it';
COMMENT ON COLUMN :"activityByHour".sessions IS 'Sessions that started in it';
COMMENT ON COLUMN :"activityByHour".orders IS 'Orders made in it';

CREATE VIEW :"activityHeatmap" WITH (security_invoker = true) AS
SELECT date_trunc('week', day::timestamp)::date AS week, extract(isodow FROM day)::integer AS weekday,
  extract(hour FROM local_time)::integer AS hour,
  sum(events)::bigint AS events, sum(sessions)::bigint AS sessions, sum(orders)::bigint AS orders
FROM :"activity"
GROUP BY 1, 2, 3;

COMMENT ON VIEW :"activityHeatmap" IS
  'What happened by weekday and hour, week by week: summed over weeks, a heat map. For example: at what time of the week do people order?';
COMMENT ON COLUMN :"activityHeatmap".week IS 'The Monday of the week';
COMMENT ON COLUMN :"activityHeatmap".weekday IS 'The day of the week, 1 for Monday to 7 for Sunday';
COMMENT ON COLUMN :"activityHeatmap".hour IS 'The hour of the day, 0 to 23, in the reporting time zone';
COMMENT ON COLUMN :"activityHeatmap".events IS 'Events that happened in it';
COMMENT ON COLUMN :"activityHeatmap".sessions IS 'Sessions that started in it';
COMMENT ON COLUMN :"activityHeatmap".orders IS 'Orders made in it';

CREATE VIEW :"eventCounts" WITH (security_invoker = true) AS
SELECT day, event_name, events
FROM :"eventsByDay";

COMMENT ON VIEW :"eventCounts" IS
  'Events by day and name. For example: did any event stop coming since the last release?';
COMMENT ON COLUMN :"eventCounts".day IS 'The day on which they happened';
COMMENT ON COLUMN :"eventCounts".event_name IS 'Their name';
COMMENT ON COLUMN :"eventCounts".events IS 'Events';

CREATE VIEW :"retention" WITH (security_invoker = true) AS
SELECT w.cohort, w.week, (w.week - w.cohort) / 7 AS week_number, w.visitors, f.visitors AS cohort_visitors,
  round(w.visitors::numeric / f.visitors, 4) AS share
FROM :"weeklyCohorts" AS w
JOIN :"weeklyCohorts" AS f ON f.cohort = w.cohort AND f.week = w.cohort;

COMMENT ON VIEW :"retention" IS
  'How many of the visitors who first came in a week came again in each week after it. For example: how many of the new visitors of a week are still there four weeks later?';
COMMENT ON COLUMN :"retention".cohort IS 'The Monday of the week in which they first came';
COMMENT ON COLUMN :"retention".week IS 'The Monday of a week in which they came';
COMMENT ON COLUMN :"retention".week_number IS 'How many weeks that is after the first';
COMMENT ON COLUMN :"retention".visitors IS 'Visitors who came in it';
COMMENT ON COLUMN :"retention".cohort_visitors IS 'Visitors who first came in the cohort’s week';
COMMENT ON COLUMN :"retention".share IS 'visitors by cohort_visitors, from 0 to 1';

CREATE VIEW :"acquisition" WITH (security_invoker = true) AS
SELECT day, nullif(currency, '') AS currency, coalesce(nullif(traffic_channel, ''), 'direct') AS channel,
  nullif(traffic_source, '') AS source, nullif(traffic_medium, '') AS medium,
  nullif(traffic_campaign, '') AS campaign, customers, net
FROM :"acquisitionByDay";

COMMENT ON VIEW :"acquisition" IS
  'What visitors have paid until now, by the day on which they were first seen and what brought them then. For example: what has a campaign earned us with the people it brought, later orders included?';
COMMENT ON COLUMN :"acquisition".day IS 'The day on which they were first seen';
COMMENT ON COLUMN :"acquisition".currency IS 'The currency as sent; null where none was';
COMMENT ON COLUMN :"acquisition".channel IS 'What brought them first, as a kind: direct where nothing says so';
COMMENT ON COLUMN :"acquisition".source IS 'The site, engine or newsletter; null for direct';
COMMENT ON COLUMN :"acquisition".medium IS 'The medium, such as cpc or email';
COMMENT ON COLUMN :"acquisition".campaign IS 'The campaign';
COMMENT ON COLUMN :"acquisition".customers IS 'Visitors with orders in the currency';
COMMENT ON COLUMN :"acquisition".net IS 'What these come to, refunds and cancellations taken off';

CREATE VIEW :"attribution" WITH (security_invoker = true) AS
SELECT day, 'last_touch' AS model, nullif(currency, '') AS currency,
  coalesce(nullif(traffic_channel, ''), 'direct') AS channel, nullif(traffic_source, '') AS source,
  nullif(traffic_medium, '') AS medium, nullif(traffic_campaign, '') AS campaign,
  orders, gross, net
FROM :"ordersByDay"
UNION ALL
SELECT d.day, 'first_touch', q.*
FROM :"days" AS d
CROSS JOIN LATERAL (
  SELECT nullif(currency, ''), coalesce(first_channel, 'direct'), left(first_source, 128), left(first_medium, 64),
    left(first_campaign, 128), count(*), sum(total), sum(net)
  FROM :"orders" AS o
  WHERE ordered_at >= d.starts_at AND ordered_at < d.ends_at
  GROUP BY 1, 2, 3, 4, 5
) AS q;

COMMENT ON VIEW :"attribution" IS
  'Orders by day and what is said to have brought them: by the session they were made in (last touch), and by the visitor’s first session (first touch). Choose a model, since each has all orders. For example: which campaigns win customers that buy later, in a session of their own?';
COMMENT ON COLUMN :"attribution".day IS 'The day on which the orders were made';
COMMENT ON COLUMN :"attribution".model IS 'last_touch or first_touch';
COMMENT ON COLUMN :"attribution".currency IS 'The currency as sent; null where none was';
COMMENT ON COLUMN :"attribution".channel IS 'What brought the session, as a kind: direct where nothing says so';
COMMENT ON COLUMN :"attribution".source IS 'The site, engine or newsletter; null for direct';
COMMENT ON COLUMN :"attribution".medium IS 'The medium, such as cpc or email';
COMMENT ON COLUMN :"attribution".campaign IS 'The campaign';
COMMENT ON COLUMN :"attribution".orders IS 'Orders, cancelled ones included';
COMMENT ON COLUMN :"attribution".gross IS 'What was ordered for';
COMMENT ON COLUMN :"attribution".net IS 'What is left of that after refunds and cancellations';

CREATE VIEW :"revenue" WITH (security_invoker = true) AS
SELECT day, nullif(currency, '') AS currency, sum(orders)::bigint AS orders, sum(cancelled)::bigint AS cancelled,
  sum(items)::bigint AS items, sum(gross) AS gross, sum(refunded) AS refunded, sum(net) AS net,
  round(sum(gross) / sum(orders), 2) AS average_order_value
FROM :"ordersByDay"
GROUP BY day, currency;

COMMENT ON VIEW :"revenue" IS
  'Orders and revenue by day and currency. Refunds and cancellations count on the day of the order. For example: what did we take each day, and what is left of it?';
COMMENT ON COLUMN :"revenue".day IS 'The day on which the orders were made';
COMMENT ON COLUMN :"revenue".currency IS 'The currency as sent; null where none was';
COMMENT ON COLUMN :"revenue".orders IS 'Orders, cancelled ones included';
COMMENT ON COLUMN :"revenue".cancelled IS 'Those of them that were cancelled';
COMMENT ON COLUMN :"revenue".items IS 'Items ordered';
COMMENT ON COLUMN :"revenue".gross IS 'What was ordered for';
COMMENT ON COLUMN :"revenue".refunded IS 'What was given back, by refunds and cancellations';
COMMENT ON COLUMN :"revenue".net IS 'What is left';
COMMENT ON COLUMN :"revenue".average_order_value IS 'gross by orders';

CREATE VIEW :"revenueByProduct" WITH (security_invoker = true) AS
SELECT day, nullif(currency, '') AS currency, nullif(product_id, '') AS product_id, nullif(category, '') AS category,
  nullif(brand, '') AS brand, orders, quantity, gross, net
FROM :"orderLinesByDay";

COMMENT ON VIEW :"revenueByProduct" IS
  'What was ordered of each product, by day and currency. For example: which products earned most last month?';
COMMENT ON COLUMN :"revenueByProduct".day IS 'The day on which the orders were made';
COMMENT ON COLUMN :"revenueByProduct".currency IS 'The currency as sent; null where none was';
COMMENT ON COLUMN :"revenueByProduct".product_id IS 'The product; null for lines that name none';
COMMENT ON COLUMN :"revenueByProduct".category IS 'Its category, as the order has it';
COMMENT ON COLUMN :"revenueByProduct".brand IS 'Its brand, as the order has it';
COMMENT ON COLUMN :"revenueByProduct".orders IS 'Lines of orders';
COMMENT ON COLUMN :"revenueByProduct".quantity IS 'Pieces ordered';
COMMENT ON COLUMN :"revenueByProduct".gross IS 'What they came to';
COMMENT ON COLUMN :"revenueByProduct".net IS 'What is left of that: what an order was refunded is taken off its lines in proportion';

CREATE VIEW :"revenueByCategory" WITH (security_invoker = true) AS
SELECT day, nullif(currency, '') AS currency, nullif(category, '') AS category, nullif(brand, '') AS brand,
  sum(orders)::bigint AS orders, sum(quantity)::bigint AS quantity, sum(gross) AS gross, sum(net) AS net
FROM :"orderLinesByDay"
GROUP BY day, currency, category, brand;

COMMENT ON VIEW :"revenueByCategory" IS
  'What was ordered of each category and brand, by day and currency. For example: which brands grow?';
COMMENT ON COLUMN :"revenueByCategory".day IS 'The day on which the orders were made';
COMMENT ON COLUMN :"revenueByCategory".currency IS 'The currency as sent; null where none was';
COMMENT ON COLUMN :"revenueByCategory".category IS 'The category, as the orders have it';
COMMENT ON COLUMN :"revenueByCategory".brand IS 'The brand, as the orders have it';
COMMENT ON COLUMN :"revenueByCategory".orders IS 'Lines of orders';
COMMENT ON COLUMN :"revenueByCategory".quantity IS 'Pieces ordered';
COMMENT ON COLUMN :"revenueByCategory".gross IS 'What they came to';
COMMENT ON COLUMN :"revenueByCategory".net IS 'What is left of that: what an order was refunded is taken off its lines in proportion';

CREATE VIEW :"revenueByCampaign" WITH (security_invoker = true) AS
SELECT day, nullif(currency, '') AS currency, coalesce(nullif(traffic_channel, ''), 'direct') AS channel,
  nullif(traffic_source, '') AS source, nullif(traffic_medium, '') AS medium,
  nullif(traffic_campaign, '') AS campaign, orders, cancelled, items, gross, refunded, net
FROM :"ordersByDay";

COMMENT ON VIEW :"revenueByCampaign" IS
  'Orders and revenue by day, currency and what brought the session of the order. For example: what did a newsletter bring in?';
COMMENT ON COLUMN :"revenueByCampaign".day IS 'The day on which the orders were made';
COMMENT ON COLUMN :"revenueByCampaign".currency IS 'The currency as sent; null where none was';
COMMENT ON COLUMN :"revenueByCampaign".channel IS 'What brought the session, as a kind: direct where nothing says so';
COMMENT ON COLUMN :"revenueByCampaign".source IS 'The site, engine or newsletter; null for direct';
COMMENT ON COLUMN :"revenueByCampaign".medium IS 'The medium, such as cpc or email';
COMMENT ON COLUMN :"revenueByCampaign".campaign IS 'The campaign';
COMMENT ON COLUMN :"revenueByCampaign".orders IS 'Orders, cancelled ones included';
COMMENT ON COLUMN :"revenueByCampaign".cancelled IS 'Those of them that were cancelled';
COMMENT ON COLUMN :"revenueByCampaign".items IS 'Items ordered';
COMMENT ON COLUMN :"revenueByCampaign".gross IS 'What was ordered for';
COMMENT ON COLUMN :"revenueByCampaign".refunded IS 'What was given back, by refunds and cancellations';
COMMENT ON COLUMN :"revenueByCampaign".net IS 'What is left';

CREATE VIEW :"orderLines" WITH (security_invoker = true) AS
SELECT (o.ordered_at AT TIME ZONE coalesce((SELECT reporting_time_zone FROM :"settings"), 'UTC'))::date AS day,
  o.ordered_at, o.order_id, o.visitor_id, o.session_id,
  l.line::integer AS line, l.product_id, l.name, l.category, l.brand, l.quantity,
  nullif(o.currency, '') AS currency, l.amount,
  CASE WHEN o.total > 0 THEN round(l.amount * o.net / o.total, 6) ELSE 0 END AS net
FROM :"orders" AS o
CROSS JOIN ROWS FROM (
  jsonb_to_recordset(o.lines)
    AS (product_id text, name text, category text, brand text, quantity integer, amount numeric)
) WITH ORDINALITY AS l (product_id, name, category, brand, quantity, amount, line);

COMMENT ON VIEW :"orderLines" IS
  'A row per line of each order. For example: what else is in the orders that have a certain product?';
COMMENT ON COLUMN :"orderLines".day IS 'The day on which the order was made';
COMMENT ON COLUMN :"orderLines".ordered_at IS 'When; the column to choose a stretch of time by';
COMMENT ON COLUMN :"orderLines".order_id IS 'Which order';
COMMENT ON COLUMN :"orderLines".visitor_id IS 'Who ordered';
COMMENT ON COLUMN :"orderLines".session_id IS 'In which session';
COMMENT ON COLUMN :"orderLines".line IS 'The number of the line in the order, from 1';
COMMENT ON COLUMN :"orderLines".product_id IS 'The product';
COMMENT ON COLUMN :"orderLines".name IS 'Its name';
COMMENT ON COLUMN :"orderLines".category IS 'Its category';
COMMENT ON COLUMN :"orderLines".brand IS 'Its brand';
COMMENT ON COLUMN :"orderLines".quantity IS 'Pieces';
COMMENT ON COLUMN :"orderLines".currency IS 'The currency as sent; null where none was';
COMMENT ON COLUMN :"orderLines".amount IS 'What they came to; null where the line has no price';
COMMENT ON COLUMN :"orderLines".net IS 'What is left of that after refunds and cancellations, taken off in proportion';
