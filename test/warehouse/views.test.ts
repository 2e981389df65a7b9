import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { fillShop } from './shop.ts';

/** Days here are never those of UTC, and one of the year begins twice. */
const ZONE = 'America/Havana';

let warehouse: TestWarehouse;

beforeAll(async () => {
  warehouse = await freshWarehouse();
  await fillShop(warehouse, ZONE);
});

afterAll(() => warehouse.close());

const day = (time: string): string => `(${time} AT TIME ZONE '${ZONE}')::date`;
const TOUCH = "coalesce(traffic_channel, 'direct'), traffic_source, traffic_medium, traffic_campaign";
const TRAFFIC = 'channel, source, medium, campaign';
/** Times between two events are summed up in milliseconds, each rounded by itself: those of events may be finer. */
const seconds = (from: string, to: string): string =>
  `round(coalesce(sum(round(extract(epoch FROM ${to} - ${from}) * 1000)), 0) / 1000, 3)`;
const BETWEEN = `${seconds('view_at', 'cart_at')}, ${seconds('cart_at', 'checkout_at')}, ${seconds('checkout_at', 'order_at')}`;
const reached = (step: string): string => [1, 2, 3, 4].map((n) => `count(*) FILTER (WHERE ${step} >= ${n})`).join(', ');
const left = (step: string): string => [1, 2, 3].map((n) => `count(*) FILTER (WHERE ${step} = ${n})`).join(', ');
const FUNNEL = 'viewed, carted, checked_out, ordered';
const LEFT = 'left_after_view, left_after_cart, left_after_checkout';

/** What a view shows, and the same asked of the rows of sessions, orders, visitors and events. */
const VIEWS: readonly (readonly [view: string, columns: string, ofRows: string])[] = [
  [
    'daily_sessions',
    `day, logged_in, ${TRAFFIC}, sessions, bounces, events, page_views, duration_s, average_duration_s, bounce_rate`,
    `SELECT ${day('started_at')}, logged_in, ${TOUCH}, count(*), count(*) FILTER (WHERE page_views <= 1), sum(events),
       sum(page_views), ${seconds('started_at', 'ended_at')}, round(avg(extract(epoch FROM ended_at - started_at)), 1),
       round(count(*) FILTER (WHERE page_views <= 1) / count(*)::numeric, 4)
     FROM clickstream_sessions GROUP BY 1, 2, 3, 4, 5, 6`,
  ],
  [
    'funnel',
    `day, logged_in, ${TRAFFIC}, sessions, ${FUNNEL}, ${LEFT}, to_cart_s, to_checkout_s, to_order_s, average_to_cart_s`,
    `SELECT ${day('started_at')}, logged_in, ${TOUCH}, count(*), ${reached('funnel_step')}, ${left('funnel_step')}, ${BETWEEN},
       round(avg(extract(epoch FROM cart_at - view_at)), 1)
     FROM clickstream_sessions GROUP BY 1, 2, 3, 4, 5, 6`,
  ],
  [
    'category_funnel',
    `day, category, brand, sessions, ${FUNNEL}, ${LEFT}`,
    `SELECT day, category, brand, count(*), ${reached('step')}, ${left('step')}
     FROM (SELECT ${day('s.started_at')} AS day, visitor_id, session_id, p.category, p.brand, max(step) AS step
       FROM clickstream_session_products AS p JOIN clickstream_sessions AS s USING (visitor_id, session_id)
       GROUP BY 1, 2, 3, 4, 5) AS furthest
     GROUP BY 1, 2, 3`,
  ],
  [
    'visitor_funnel',
    `day, ${TRAFFIC}, visitors, returned, orders, ${FUNNEL}, ${LEFT}, to_cart_s, to_checkout_s, to_order_s`,
    `SELECT ${day('first_seen')}, coalesce(first_channel, 'direct'), first_source, first_medium, first_campaign, count(*),
       count(*) FILTER (WHERE sessions > 1), sum(orders), ${reached('funnel_step')}, ${left('funnel_step')}, ${BETWEEN}
     FROM clickstream_visitors GROUP BY 1, 2, 3, 4, 5`,
  ],
  [
    'journeys',
    'day, path, sessions, ordered',
    `SELECT ${day('started_at')}, array_to_string(path, ' > '), count(*), count(order_times)
     FROM clickstream_sessions GROUP BY 1, 2`,
  ],
  [
    'pages',
    'day, page, entries, exits, bounces',
    `SELECT day, page, sum(entry), sum(1 - entry), sum(CASE WHEN page_views <= 1 THEN entry ELSE 0 END)
     FROM (SELECT ${day('started_at')} AS day, landing_page AS page, 1 AS entry, page_views FROM clickstream_sessions
       UNION ALL SELECT ${day('started_at')}, exit_page, 0, page_views FROM clickstream_sessions) AS ends
     WHERE page IS NOT NULL GROUP BY 1, 2`,
  ],
  [
    'product_engagement WHERE views > 0',
    'day, product_id, category, brand, sessions, views, carts, viewed, carted, average_list_price, average_price',
    `SELECT ${day('started_at')}, product_id, product_category, product_brand, count(DISTINCT (visitor_id, session_id)),
       count(*) FILTER (WHERE event_name = 'product_view'), count(*) FILTER (WHERE event_name = 'add_to_cart_click'),
       count(DISTINCT (visitor_id, session_id)) FILTER (WHERE event_name = 'product_view'),
       count(DISTINCT (visitor_id, session_id)) FILTER (WHERE event_name = 'add_to_cart_click'),
       round(avg(product_price), 2), round(avg(product_discount_price), 2)
     FROM clickstream_events JOIN clickstream_sessions USING (visitor_id, session_id)
     WHERE event_name IN ('product_view', 'add_to_cart_click') GROUP BY 1, 2, 3, 4`,
  ],
  [
    'product_engagement WHERE orders > 0',
    'day, product_id, category, brand, orders, quantity, revenue',
    `SELECT day, product_id, category, brand, sum(lines), sum(quantity), jsonb_object_agg(coalesce(currency, ''), net)
     FROM (SELECT day, product_id, category, brand, currency, count(*) AS lines, sum(quantity) AS quantity,
         coalesce(sum(net), 0) AS net
       FROM clickstream_order_lines GROUP BY 1, 2, 3, 4, 5) AS sold
     GROUP BY 1, 2, 3, 4`,
  ],
  [
    'session_products',
    'day, visitor_id, session_id, product_id, views',
    `SELECT ${day('started_at')}, visitor_id, session_id, product_id, count(*) FILTER (WHERE event_name = 'product_view')
     FROM clickstream_events JOIN clickstream_sessions USING (visitor_id, session_id)
     WHERE event_name IN ('product_view', 'add_to_cart_click') GROUP BY 1, 2, 3, 4`,
  ],
  [
    'activity_by_hour',
    'day, weekday, hour, events, sessions, orders',
    `SELECT ${day('at')}, extract(isodow FROM at AT TIME ZONE '${ZONE}'), extract(hour FROM at AT TIME ZONE '${ZONE}'),
       sum(event), sum(session), sum(purchase)
     FROM (SELECT event_timestamp AS at, 1 AS event, 0 AS session, 0 AS purchase FROM clickstream_events
       UNION ALL SELECT started_at, 0, 1, 0 FROM clickstream_sessions
       UNION ALL SELECT ordered_at, 0, 0, 1 FROM clickstream_orders) AS happened
     GROUP BY 1, 2, 3`,
  ],
  [
    'activity_heatmap',
    'week, weekday, hour, events, sessions, orders',
    `SELECT day - weekday + 1, weekday, hour, sum(events), sum(sessions), sum(orders)
     FROM clickstream_activity_by_hour GROUP BY 1, 2, 3`,
  ],
  [
    'event_counts',
    'day, event_name, events',
    `SELECT ${day('event_timestamp')}, event_name, count(*) FROM clickstream_events GROUP BY 1, 2`,
  ],
  [
    'daily_visitors',
    'day, visitors, new_visitors, returning_visitors',
    `SELECT day, count(*), count(*) FILTER (WHERE day = first), count(*) FILTER (WHERE day > first)
     FROM (SELECT DISTINCT visitor_id, ${day('started_at')} AS day,
         ${day('min(started_at) OVER (PARTITION BY visitor_id)')} AS first
       FROM clickstream_sessions) AS visits
     GROUP BY 1`,
  ],
  [
    'retention',
    'cohort, week, week_number, visitors, cohort_visitors, share',
    `SELECT first, week, (week - first) / 7, count(*), size, round(count(*) / size::numeric, 4)
     FROM (SELECT DISTINCT visitor_id, date_trunc('week', ${day('started_at')}::timestamp)::date AS week
       FROM clickstream_sessions) AS visits
     JOIN (SELECT visitor_id, first, count(*) OVER (PARTITION BY first) AS size
       FROM (SELECT visitor_id, date_trunc('week', ${day('min(started_at)')}::timestamp)::date AS first
         FROM clickstream_sessions GROUP BY 1) AS firsts) AS cohorts USING (visitor_id)
     GROUP BY 1, 2, 3, size`,
  ],
  [
    'acquisition',
    `day, currency, ${TRAFFIC}, customers, net`,
    `SELECT ${day('first_seen')}, nullif(currency, ''), coalesce(v.first_channel, 'direct'), v.first_source, v.first_medium,
       v.first_campaign, count(DISTINCT visitor_id), sum(net)
     FROM clickstream_orders JOIN clickstream_visitors AS v USING (visitor_id) GROUP BY 1, 2, 3, 4, 5, 6`,
  ],
  [
    "attribution WHERE model = 'last_touch'",
    `day, currency, ${TRAFFIC}, orders, gross, net`,
    `SELECT ${day('ordered_at')}, nullif(currency, ''), ${TOUCH}, count(*), sum(total), sum(net)
     FROM clickstream_orders GROUP BY 1, 2, 3, 4, 5, 6`,
  ],
  [
    "attribution WHERE model = 'first_touch'",
    `day, currency, ${TRAFFIC}, orders, gross, net`,
    `SELECT ${day('ordered_at')}, nullif(currency, ''), coalesce(v.first_channel, 'direct'), v.first_source, v.first_medium,
       v.first_campaign, count(*), sum(total), sum(net)
     FROM clickstream_orders JOIN clickstream_visitors AS v USING (visitor_id) GROUP BY 1, 2, 3, 4, 5, 6`,
  ],
  [
    'revenue',
    'day, currency, orders, cancelled, items, gross, refunded, net, average_order_value',
    `SELECT ${day('ordered_at')}, nullif(currency, ''), count(*), count(cancelled_at), coalesce(sum(item_count), 0), sum(total),
       sum(total - net), sum(net), round(avg(total), 2)
     FROM clickstream_orders GROUP BY 1, 2`,
  ],
  [
    'revenue_by_product',
    'day, currency, product_id, category, brand, orders, quantity, gross, net',
    `SELECT day, currency, product_id, category, brand, count(*), sum(quantity), coalesce(sum(amount), 0), coalesce(sum(net), 0)
     FROM clickstream_order_lines GROUP BY 1, 2, 3, 4, 5`,
  ],
  [
    'revenue_by_category',
    'day, currency, category, brand, orders, quantity, gross, net',
    `SELECT day, currency, category, brand, count(*), sum(quantity), coalesce(sum(amount), 0), coalesce(sum(net), 0)
     FROM clickstream_order_lines GROUP BY 1, 2, 3, 4`,
  ],
  [
    'revenue_by_campaign',
    `day, currency, ${TRAFFIC}, orders, cancelled, items, gross, refunded, net`,
    `SELECT ${day('ordered_at')}, nullif(currency, ''), ${TOUCH}, count(*), count(cancelled_at), coalesce(sum(item_count), 0),
       sum(total), sum(total - net), sum(net)
     FROM clickstream_orders GROUP BY 1, 2, 3, 4, 5, 6`,
  ],
  [
    'order_lines WHERE line = 1',
    'day, order_id, product_id, quantity, amount',
    `SELECT ${day('ordered_at')}, order_id, lines -> 0 ->> 'product_id', (lines -> 0 ->> 'quantity')::integer,
       (lines -> 0 ->> 'amount')::numeric
     FROM clickstream_orders`,
  ],
];

it.each(VIEWS)('%s shows what the rows come to', async (view, columns, ofRows) => {
  const ofView = `SELECT ${columns} FROM clickstream_${view}`;
  const [counts] = await warehouse.rows<{ view: number; missing: object[]; wrong: object[] }>(
    `WITH shown AS (${ofView}), expected (${columns}) AS (${ofRows})
     SELECT (SELECT count(*)::integer FROM shown) AS view,
       (SELECT coalesce(jsonb_agg(to_jsonb(e)), '[]') FROM (SELECT * FROM expected EXCEPT ALL SELECT * FROM shown LIMIT 2) AS e) AS missing,
       (SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') FROM (SELECT * FROM shown EXCEPT ALL SELECT * FROM expected LIMIT 2) AS s) AS wrong`,
  );
  expect(counts!.missing).toEqual([]);
  expect(counts!.wrong).toEqual([]);
  expect(counts!.view).toBeGreaterThan(5);
});

it('every view is held against the rows', async () => {
  const views = await warehouse.rows<{ name: string }>(
    "SELECT substr(relname, 13) AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'",
  );
  // Who is who is held against an oracle of its own, in people.test.ts.
  const people = ['client_people', 'session_people', 'people', 'daily_people'];
  const held = new Set(['days', 'activity', ...people, ...VIEWS.map(([view]) => view.split(' ')[0])]);
  expect(views.map(({ name }) => name).filter((name) => !held.has(name))).toEqual([]);
});

it('has orders that were refunded, cancelled, of several lines and without a currency', async () => {
  const [counts] = await warehouse.rows<Record<string, number>>(
    `SELECT count(*)::integer AS orders, count(refunded_at)::integer AS refunded, count(cancelled_at)::integer AS cancelled,
       (count(*) FILTER (WHERE jsonb_array_length(lines) > 1))::integer AS lines,
       (count(*) FILTER (WHERE currency = ''))::integer AS nowhere
     FROM clickstream_orders`,
  );
  for (const [name, count] of Object.entries(counts!)) expect(count, name).toBeGreaterThan(0);
});
