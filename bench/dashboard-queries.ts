import type { TableKey } from '../src/config/table-names.ts';

/** A question that a dashboard asks of a view. */
export interface DashboardQuery {
  readonly view: TableKey;
  /** SQL with `:view` for the view, and `:since` for the first day, which is early enough when all of it is meant. */
  readonly sql: string;
  /** Who is who may be changed by hand at any time, so that these read all sessions: shown, and not held to the limit. */
  readonly readsSessions?: true;
}

/** One typical query for each view. */
export const DASHBOARD_QUERIES: readonly DashboardQuery[] = [
  { view: 'days', sql: 'SELECT count(*) FROM :view WHERE day >= :since' },
  {
    view: 'dailySessions',
    sql: `SELECT day, sum(sessions), sum(bounces) / sum(sessions), sum(duration_s) / sum(sessions)
      FROM :view WHERE day >= :since GROUP BY day ORDER BY day`,
  },
  {
    view: 'funnel',
    sql: `SELECT channel, sum(sessions), sum(viewed), sum(carted), sum(checked_out), sum(ordered), sum(to_cart_s) / sum(carted)
      FROM :view WHERE day >= :since GROUP BY channel ORDER BY 2 DESC`,
  },
  {
    view: 'categoryFunnel',
    sql: 'SELECT category, sum(viewed), sum(carted), sum(ordered) FROM :view WHERE day >= :since GROUP BY category ORDER BY 2 DESC',
  },
  {
    view: 'visitorFunnel',
    sql: `SELECT channel, campaign, sum(visitors), sum(returned), sum(ordered)
      FROM :view WHERE day >= :since GROUP BY channel, campaign ORDER BY 3 DESC LIMIT 50`,
  },
  {
    view: 'journeys',
    sql: 'SELECT path, sum(sessions), sum(ordered) FROM :view WHERE day >= :since GROUP BY path ORDER BY 2 DESC LIMIT 50',
  },
  {
    view: 'pages',
    sql: 'SELECT page, sum(entries), sum(exits), sum(bounces) FROM :view WHERE day >= :since GROUP BY page ORDER BY 2 DESC LIMIT 50',
  },
  {
    view: 'productEngagement',
    sql: `SELECT product_id, sum(views), sum(carts), sum(quantity), sum(ordered) / nullif(sum(viewed), 0)
      FROM :view WHERE day >= :since GROUP BY product_id ORDER BY 2 DESC LIMIT 50`,
  },
  {
    view: 'sessionProducts',
    sql: `SELECT started_at, product_id, views, carts FROM :view
      WHERE day >= :since AND visitor_id = 'client-1' ORDER BY started_at`,
  },
  {
    view: 'activity',
    sql: 'SELECT quarter, events, sessions, orders FROM :view WHERE day >= :since ORDER BY quarter',
  },
  {
    view: 'activityByHour',
    sql: 'SELECT hour, sum(events), sum(orders) FROM :view WHERE day >= :since GROUP BY hour ORDER BY hour',
  },
  {
    view: 'activityHeatmap',
    sql: 'SELECT weekday, hour, sum(sessions) FROM :view WHERE week >= :since GROUP BY weekday, hour ORDER BY 1, 2',
  },
  {
    view: 'eventCounts',
    sql: 'SELECT day, event_name, events FROM :view WHERE day >= :since ORDER BY day, events DESC',
  },
  {
    view: 'dailyVisitors',
    sql: 'SELECT day, visitors, new_visitors, returning_visitors FROM :view WHERE day >= :since ORDER BY day',
  },
  {
    view: 'retention',
    sql: 'SELECT cohort, week_number, visitors, share FROM :view WHERE cohort >= :since ORDER BY cohort, week_number',
  },
  {
    view: 'acquisition',
    sql: `SELECT channel, campaign, currency, sum(customers), sum(net)
      FROM :view WHERE day >= :since GROUP BY channel, campaign, currency ORDER BY 5 DESC LIMIT 50`,
  },
  {
    view: 'attribution',
    sql: `SELECT model, channel, currency, sum(orders), sum(net)
      FROM :view WHERE day >= :since GROUP BY model, channel, currency ORDER BY 5 DESC`,
  },
  {
    view: 'revenue',
    sql: `SELECT day, currency, orders, gross, refunded, net, average_order_value
      FROM :view WHERE day >= :since ORDER BY day, currency`,
  },
  {
    view: 'revenueByProduct',
    sql: `SELECT product_id, currency, sum(quantity), sum(net)
      FROM :view WHERE day >= :since GROUP BY product_id, currency ORDER BY 4 DESC LIMIT 50`,
  },
  {
    view: 'revenueByCategory',
    sql: `SELECT date_trunc('week', day), category, currency, sum(net)
      FROM :view WHERE day >= :since GROUP BY 1, category, currency ORDER BY 1, 4 DESC`,
  },
  {
    view: 'revenueByCampaign',
    sql: `SELECT campaign, currency, sum(orders), sum(net)
      FROM :view WHERE day >= :since GROUP BY campaign, currency ORDER BY 4 DESC LIMIT 50`,
  },
  {
    view: 'orderLines',
    sql: `SELECT l.product_id, count(*) FROM :view AS l JOIN :view AS m USING (order_id)
      WHERE l.day >= :since AND m.product_id = 'sku-77' GROUP BY 1 ORDER BY 2 DESC LIMIT 20`,
  },
  {
    view: 'dailyPeople',
    sql: 'SELECT day, people, new_people FROM :view WHERE day >= :since ORDER BY day',
    readsSessions: true,
  },
  {
    view: 'people',
    sql: 'SELECT first_channel, count(*), sum(orders) FROM :view WHERE last_seen >= :since GROUP BY first_channel ORDER BY 2 DESC',
    readsSessions: true,
  },
];
