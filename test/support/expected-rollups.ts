import { pricePaid_cents } from '../../src/local/traffic/catalogue.ts';
import type { Origin } from '../../src/local/traffic/origins.ts';
import { mondayOf } from '../../src/local/traffic/summary.ts';
import type { Funnel, OrderTruth, SessionTruth, TruthRows, VisitorTruth } from '../../src/local/traffic/truth-rows.ts';
import type { ExpectedRow } from './expected-tables.ts';

const QUARTER_MS = 900_000;
/** Sums of amounts are kept in millionths, in which they are whole numbers. */
const MILLIONTHS_PER_CENT = 10_000;
const AMOUNTS = new Set(['list_price', 'price', 'gross', 'refunded', 'net']);

/** The rows of every rollup but those of activity, which count events. */
export function expectedRollups({ sessions, orders, visitors }: TruthRows): Record<string, ExpectedRow[]> {
  const ofSessions = sessions.map(sessionSums);
  const ofProducts = sessions.flatMap(productSums);
  const ofCategories = sessions.flatMap(categorySums);
  const ofJourneys = sessions.map(journeySums);
  const ofPages = sessions.flatMap(pageSums);
  const ofOrders = orders.map(orderSums);
  const ofLines = orders.flatMap(lineSums);
  const ofVisitors = visitors.map(visitorSums);
  const ofAcquisition = visitors.flatMap(acquisitionSums);
  return {
    quarterlySessions: summed(ofSessions),
    quarterlyProducts: summed(ofProducts),
    quarterlyCategories: summed(ofCategories),
    quarterlyJourneys: summed(ofJourneys),
    quarterlyPages: summed(ofPages),
    quarterlyOrders: summed(ofOrders),
    quarterlyOrderLines: summed(ofLines),
    quarterlyVisitors: summed(ofVisitors),
    quarterlyAcquisition: summed(ofAcquisition),
    sessionsByDay: summed(ofSessions.map(byDay)),
    productsByDay: summed([...ofProducts.map(withSales), ...ofLines.map(salesAlone)].map(byDay)),
    categoriesByDay: summed(ofCategories.map(byDay)),
    journeysByDay: summed(ofJourneys.map(byDay)),
    pagesByDay: summed(ofPages.map(byDay)),
    ordersByDay: summed(ofOrders.map(byDay)),
    orderLinesByDay: summed(ofLines.map(byDay)),
    visitorsByDay: summed(ofVisitors.map(byDay)),
    acquisitionByDay: summed(ofAcquisition.map(byDay)),
    sessionStarts: summed(
      sessions.map(({ start_ms }) => ({ key: { quarter: quarterOf(start_ms) }, sums: { sessions: 1 } })),
    ),
    dailyVisitors: summed(visitors.flatMap(daySums)),
    weeklyCohorts: summed(visitors.flatMap(cohortSums)),
  };
}

/** What a row adds to the sums of a key. */
interface Addition {
  readonly key: ExpectedRow;
  readonly sums: Readonly<Record<string, number>>;
}

function summed(additions: readonly Addition[]): ExpectedRow[] {
  const rows = new Map<string, { key: ExpectedRow; sums: Record<string, number> }>();
  for (const { key, sums } of additions) {
    const text = JSON.stringify(key);
    const row = rows.get(text) ?? { key, sums: {} };
    for (const [name, value] of Object.entries(sums)) row.sums[name] = (row.sums[name] ?? 0) + value;
    rows.set(text, row);
  }
  return Array.from(rows.values(), ({ key, sums }) => ({
    ...key,
    ...Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, AMOUNTS.has(name) ? sum / 1e6 : sum])),
  }));
}

/** The same by the day of the quarter, which is UTC's. */
function byDay({ key: { quarter, ...others }, sums }: Addition): Addition {
  return { key: { day: new Date(Number(quarter)).toISOString().slice(0, 10), ...others }, sums };
}

function sessionSums(session: SessionTruth): Addition {
  const { start_ms, end_ms, userId, origin, funnel } = session;
  return {
    key: { quarter: quarterOf(start_ms), logged_in: userId !== undefined, ...traffic(origin) },
    sums: {
      sessions: 1,
      bounces: session.pageViews <= 1 ? 1 : 0,
      events: session.events,
      page_views: session.pageViews,
      duration_ms: end_ms - start_ms,
      ...reached(funnel.taken),
      ...between(funnel),
    },
  };
}

function productSums({ start_ms, products }: SessionTruth): Addition[] {
  return products.map(({ product, views, carts, taken }) => ({
    key: { quarter: quarterOf(start_ms), product_id: product.id, category: product.category, brand: product.brand },
    sums: {
      sessions: 1,
      views,
      carts,
      ...reached(taken),
      list_price: views * product.price_cents * MILLIONTHS_PER_CENT,
      price: views * pricePaid_cents(product) * MILLIONTHS_PER_CENT,
      priced: views,
    },
  }));
}

function withSales({ key, sums }: Addition): Addition {
  return { key, sums: { ...sums, orders: 0, quantity: 0 } };
}

/** What a line adds to the row of its product, in which all else may come to nothing. */
function salesAlone({ key: { quarter, product_id, category, brand }, sums: { orders, quantity } }: Addition): Addition {
  const nothing = Object.fromEntries(
    ['sessions', 'views', 'carts', ...Object.keys(reached(0)), 'list_price', 'price', 'priced'].map((sum) => [sum, 0]),
  );
  return {
    key: { quarter: quarter!, product_id: product_id!, category: category!, brand: brand! },
    sums: { ...nothing, orders: orders!, quantity: quantity! },
  };
}

function categorySums({ start_ms, products }: SessionTruth): Addition[] {
  const furthest = new Map<string, { category: string; brand: string; taken: number }>();
  for (const { product, taken } of products) {
    const { category, brand } = product;
    const before = furthest.get(`${category}/${brand}`)?.taken ?? 0;
    furthest.set(`${category}/${brand}`, { category, brand, taken: Math.max(taken, before) });
  }
  return Array.from(furthest.values(), ({ category, brand, taken }) => ({
    key: { quarter: quarterOf(start_ms), category, brand },
    sums: { sessions: 1, ...reached(taken) },
  }));
}

function journeySums({ start_ms, path, steps_ms }: SessionTruth): Addition {
  const key = { quarter: quarterOf(start_ms), path: path.join(' > ') };
  return { key, sums: { sessions: 1, ordered: steps_ms.order.length > 0 ? 1 : 0 } };
}

function pageSums({ start_ms, landingPage, exitPage, pageViews }: SessionTruth): Addition[] {
  if (landingPage === undefined || exitPage === undefined) return [];
  const quarter = quarterOf(start_ms);
  return [
    { key: { quarter, page: landingPage }, sums: { weight: 1, entries: 1, exits: 0, bounces: pageViews <= 1 ? 1 : 0 } },
    { key: { quarter, page: exitPage }, sums: { weight: 1, entries: 0, exits: 1, bounces: 0 } },
  ];
}

function orderSums(order: OrderTruth): Addition {
  const { ordered_ms, currency, origin, total_cents, net_cents } = order;
  return {
    key: { quarter: quarterOf(ordered_ms), currency, ...traffic(origin) },
    sums: {
      orders: 1,
      cancelled: order.cancelled_ms === undefined ? 0 : 1,
      items: order.itemCount,
      gross: total_cents * MILLIONTHS_PER_CENT,
      refunded: (total_cents - net_cents) * MILLIONTHS_PER_CENT,
      net: net_cents * MILLIONTHS_PER_CENT,
    },
  };
}

function lineSums({ ordered_ms, currency, lines = [], total_cents, net_cents }: OrderTruth): Addition[] {
  return lines.map(({ product, quantity }) => {
    const { id: product_id, category, brand } = product;
    const amount_cents = quantity * pricePaid_cents(product);
    return {
      key: { quarter: quarterOf(ordered_ms), currency, product_id, category, brand },
      sums: {
        orders: 1,
        quantity,
        gross: amount_cents * MILLIONTHS_PER_CENT,
        net: share(amount_cents * MILLIONTHS_PER_CENT, net_cents, total_cents),
      },
    };
  });
}

/** `amount * part / whole` to the nearest whole number, halves up. */
function share(amount: number, part: number, whole: number): number {
  return Number((2n * BigInt(amount) * BigInt(part) + BigInt(whole)) / (2n * BigInt(whole)));
}

function visitorSums({ first_ms, first, sessions, orders, funnel }: VisitorTruth): Addition {
  const sums = { visitors: 1, returned: sessions > 1 ? 1 : 0, orders, ...reached(funnel.taken), ...between(funnel) };
  return { key: { quarter: quarterOf(first_ms), ...traffic(first) }, sums };
}

function acquisitionSums({ first_ms, first, net_cents }: VisitorTruth): Addition[] {
  return Object.entries(net_cents).map(([currency, cents]) => ({
    key: { quarter: quarterOf(first_ms), currency, ...traffic(first) },
    sums: { customers: 1, net: cents * MILLIONTHS_PER_CENT },
  }));
}

function daySums({ days }: VisitorTruth): Addition[] {
  return days.map((day) => {
    const first = day === days[0] ? 1 : 0;
    return { key: { day }, sums: { visitors: 1, new_visitors: first, returning_visitors: 1 - first } };
  });
}

function cohortSums({ days }: VisitorTruth): Addition[] {
  const weeks = new Set(days.map(mondayOf));
  return Array.from(weeks, (week) => ({ key: { cohort: mondayOf(days[0]!), week }, sums: { visitors: 1 } }));
}

function quarterOf(moment_ms: number): number {
  return moment_ms - (moment_ms % QUARTER_MS);
}

function traffic(origin: Origin | undefined): ExpectedRow {
  const { source, medium, campaign, channel } = origin ?? {};
  return {
    traffic_source: source ?? '',
    traffic_medium: medium ?? '',
    traffic_campaign: campaign ?? '',
    traffic_channel: channel ?? '',
  };
}

function reached(taken: number): Record<string, number> {
  const has = (step: number): number => (taken >= step ? 1 : 0);
  return { viewed: has(1), carted: has(2), checked_out: has(3), ordered: has(4) };
}

function between({ at_ms: { view, cart, checkout, order } }: Funnel): Record<string, number> {
  const pause = (from?: number, to?: number): number => (from === undefined || to === undefined ? 0 : to - from);
  return { to_cart_ms: pause(view, cart), to_checkout_ms: pause(cart, checkout), to_order_ms: pause(checkout, order) };
}
