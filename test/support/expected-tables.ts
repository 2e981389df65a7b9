import type { Origin } from '../../src/local/traffic/origins.ts';
import { pricePaid_cents } from '../../src/local/traffic/catalogue.ts';
import type { OrderLine } from '../../src/local/traffic/facts.ts';
import type {
  Funnel,
  Money,
  OrderTruth,
  SessionProductTruth,
  SessionTruth,
  TruthRows,
  VisitorTruth,
} from '../../src/local/traffic/truth-rows.ts';
import { expectedRollups } from './expected-rollups.ts';

/** A row with times in epoch milliseconds, as {@link tableRows} reads them. */
export type ExpectedRow = Readonly<Record<string, unknown>>;

/** What the traffic's maker knows, as the rows of the warehouse's tables. Days are those of UTC. */
export function expectedTables(rows: TruthRows): Readonly<Record<string, readonly ExpectedRow[]>> {
  const visitors = new Map(rows.visitors.map((visitor) => [visitor.visitorId, visitor]));
  return {
    sessions: rows.sessions.map(sessionRow),
    orders: rows.orders.map((order) => orderRow(order, visitors.get(order.visitorId ?? ''))),
    visitors: rows.visitors.map(visitorRow),
    ...expectedRollups(rows),
  };
}

function sessionRow(session: SessionTruth): ExpectedRow {
  const { funnel, steps_ms, products } = session;
  return {
    visitor_id: session.visitorId,
    session_id: session.sessionId ?? null,
    derived: session.sessionId === undefined,
    started_at: session.start_ms,
    ended_at: session.end_ms,
    events: session.events,
    page_views: session.pageViews,
    product_views: session.productViews,
    carts: session.carts,
    user_id: session.userId ?? null,
    logged_in: session.userId !== undefined,
    landing_page: session.landingPage ?? null,
    exit_page: session.exitPage ?? null,
    referrer: session.referrer ?? null,
    ...traffic('traffic', session.origin),
    furthest_step: session.furthest ?? null,
    furthest_at: session.furthest_ms ?? null,
    ...funnelColumns(funnel),
    cart_times: orNull(steps_ms.cart),
    checkout_times: orNull(steps_ms.checkout),
    order_times: orNull(steps_ms.order),
    path: session.path,
    products: products.length === 0 ? null : products.map(productEntry).sort(byProduct),
    orders: session.orders,
    revenue: session.orders === 0 ? null : amounts(session.net_cents),
  };
}

function productEntry({ product, views, carts, taken }: SessionProductTruth): ExpectedRow & { product_id: string } {
  return {
    product_id: product.id,
    category: product.category,
    brand: product.brand,
    views,
    carts,
    step: taken,
    list_price: views === 0 ? null : (views * product.price_cents) / 100,
    price: views === 0 ? null : (views * pricePaid_cents(product)) / 100,
    priced: views,
  };
}

function orderRow(order: OrderTruth, visitor: VisitorTruth | undefined): ExpectedRow {
  return {
    order_id: order.orderId,
    ordered_at: order.ordered_ms,
    visitor_id: order.visitorId ?? '',
    user_id: order.userId ?? null,
    currency: order.currency,
    total: order.total_cents / 100,
    item_count: order.itemCount,
    refunded: order.refunded_cents / 100,
    refunded_at: order.refunded_ms ?? null,
    cancelled_at: order.cancelled_ms ?? null,
    net: order.net_cents / 100,
    events: order.events,
    lines: order.lines?.map(lineEntry) ?? null,
    ...traffic('traffic', order.origin),
    ...traffic('first', visitor?.first),
  };
}

function lineEntry({ product, quantity }: OrderLine): ExpectedRow {
  return {
    product_id: product.id,
    name: product.name,
    category: product.category,
    brand: product.brand,
    quantity,
    amount: (quantity * pricePaid_cents(product)) / 100,
  };
}

function visitorRow(visitor: VisitorTruth): ExpectedRow {
  return {
    visitor_id: visitor.visitorId,
    first_seen: visitor.first_ms,
    last_seen: visitor.last_ms,
    sessions: visitor.sessions,
    events: visitor.events,
    orders: visitor.orders,
    revenue: visitor.orders === 0 ? null : amounts(visitor.net_cents),
    days: visitor.days,
    ...traffic('first', visitor.first),
    ...traffic('last', visitor.last),
    ...funnelColumns(visitor.funnel),
  };
}

function funnelColumns({ taken, at_ms }: Funnel): ExpectedRow {
  return {
    funnel_step: taken,
    view_at: at_ms.view ?? null,
    cart_at: at_ms.cart ?? null,
    checkout_at: at_ms.checkout ?? null,
    order_at: at_ms.order ?? null,
  };
}

function traffic(prefix: string, origin: Origin | undefined): ExpectedRow {
  const { source = null, medium = null, campaign = null, channel = null } = origin ?? {};
  return {
    [`${prefix}_source`]: source,
    [`${prefix}_medium`]: medium,
    [`${prefix}_campaign`]: campaign,
    [`${prefix}_channel`]: channel,
  };
}

function amounts(cents: Money): Record<string, number> {
  return Object.fromEntries(Object.entries(cents).map(([currency, sum]) => [currency, sum / 100]));
}

function orNull(times: readonly number[]): readonly number[] | null {
  return times.length === 0 ? null : times;
}

function byProduct(a: { product_id: string }, b: { product_id: string }): number {
  return a.product_id < b.product_id ? -1 : 1;
}
