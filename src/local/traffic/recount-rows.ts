import { PRODUCTS, type Product } from './catalogue.ts';
import type { Origin } from './origins.ts';
import { type Json, type Row, sessionsOf } from './recount.ts';
import type { Funnel, OrderTruth, SessionTruth, TruthRows, VisitorTruth } from './truth-rows.ts';

/** For the tests: sessions, orders and visitors once more, from what was sent. As {@link recount}, which it goes with. */
export function recountRows(rows: readonly Row[]): TruthRows {
  const visits = sessionsOf(rows).map((events) => events.toSorted(byTimeAndId));
  const visitOf = new Map(visits.flatMap((events) => events.map((row) => [row, events] as const)));
  const orders: OrderTruth[] = [];
  const ordersOf = new Map<readonly Row[], OrderTruth[]>();
  for (const about of grouped(rows, ({ orderId }) => orderId).values()) {
    const placed = about
      .filter(({ name }) => name === ORDER)
      .sort((a, b) => a.received_ms - b.received_ms || byTimeAndId(a, b))[0];
    if (!placed) continue;
    const visit = visitOf.get(placed);
    const order = orderOf(about, placed, visit);
    orders.push(order);
    if (visit) ordersOf.set(visit, [...(ordersOf.get(visit) ?? []), order]);
  }
  const sessions = visits.map((events) => sessionOf(events, ordersOf.get(events) ?? []));
  const events = grouped(visits, ([first]) => idOf(first!));
  const visitors = grouped(sessions, ({ visitorId }) => visitorId);
  return {
    sessions,
    orders,
    visitors: Array.from(visitors, ([visitorId, own]) => visitorOf(own, events.get(visitorId)!)),
  };
}

function grouped<T>(items: readonly T[], key: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    if (name === undefined) continue;
    const group = groups.get(name);
    if (group) group.push(item);
    else groups.set(name, [item]);
  }
  return groups;
}

const [VIEW, CART, CHECKOUT, ORDER] = ['product_view', 'add_to_cart_click', 'checkout_start', 'checkout_complete'];
const IN_ORDER = { view: VIEW, cart: CART, checkout: CHECKOUT, order: ORDER };

function byTimeAndId(a: Row, b: Row): number {
  return a.time_ms - b.time_ms || (a.id < b.id ? -1 : 1);
}

function idOf({ clientId, userId }: Row): string {
  return clientId === undefined ? `u:${userId!}` : `c:${clientId}`;
}

function sessionOf(events: readonly Row[], orders: readonly OrderTruth[]): SessionTruth {
  const [first, last] = [events[0]!, events.at(-1)!];
  const pages = events.flatMap(({ event }) => value(event, 'pageUrl', 'page_url') ?? []);
  const timesOf = (name: string | undefined) => events.filter((row) => row.name === name).map(({ time_ms }) => time_ms);
  const steps_ms = { view: timesOf(VIEW), cart: timesOf(CART), checkout: timesOf(CHECKOUT), order: timesOf(ORDER) };
  const furthest = (['order', 'checkout', 'cart', 'view'] as const).find((step) => steps_ms[step].length > 0);
  const path: string[] = [];
  for (const { name } of events) if (path.at(-1) !== STEP_NAMES[name]) path.push(STEP_NAMES[name]!);
  const products = PRODUCTS.filter(({ id }) =>
    events.some(({ name, productId }) => productId === id && (name === VIEW || name === CART)),
  );
  return {
    visitorId: idOf(first),
    sessionId: first.sessionId,
    start_ms: first.time_ms,
    end_ms: last.time_ms,
    events: events.length,
    pageViews: events.filter(({ name }) => /_view$|^search$/.test(name)).length,
    productViews: steps_ms.view.length,
    carts: steps_ms.cart.length,
    userId: events.flatMap(({ userId }) => userId ?? []).at(-1),
    landingPage: pages[0]?.split('?')[0],
    exitPage: pages.at(-1)?.split('?')[0],
    referrer: events.flatMap(({ event }) => value(event, 'referrer') ?? [])[0],
    origin: originOfVisit(events),
    furthest,
    furthest_ms: furthest && steps_ms[furthest][0],
    funnel: funnelOf(events),
    steps_ms,
    path: path.slice(0, 8),
    products: products.map((product) => {
      const others = events.filter(
        ({ name, productId }) => productId === product.id || (name !== VIEW && name !== CART),
      );
      const times = (name: string | undefined) => others.filter((row) => row.name === name).length;
      return {
        product: asSent(product, others),
        views: times(VIEW),
        carts: times(CART),
        taken: funnelOf(others).taken,
      };
    }),
    orders: orders.length,
    net_cents: totals(orders.map(({ currency, net_cents }) => [currency, net_cents])),
  };
}

const STEP_NAMES: Readonly<Record<string, string>> = {
  ...{ home_view: 'home', category_view: 'category', search: 'search', page_view: 'page', product_view: 'view' },
  ...{ add_to_cart_click: 'cart', remove_from_cart: 'remove', checkout_start: 'checkout', checkout_complete: 'order' },
  ...{ login: 'account', refund: 'refund', order_cancelled: 'cancel' },
};

/** Step by step: the first event of the step that is not before the last one counted. */
function funnelOf(events: readonly Row[]): Funnel {
  const at_ms: Record<string, number> = {};
  let reached_ms = 0;
  for (const [step, name] of Object.entries(IN_ORDER)) {
    const next = events
      .filter((row) => row.name === name && row.time_ms >= reached_ms)
      .sort((a, b) => a.time_ms - b.time_ms)[0];
    if (!next) break;
    at_ms[step] = reached_ms = next.time_ms;
  }
  return { taken: Object.keys(at_ms).length, at_ms };
}

function orderOf(about: readonly Row[], placed: Row, visit: readonly Row[] | undefined): OrderTruth {
  const refunds = about.filter(({ name }) => name === 'refund');
  const cancels = about.filter(({ name }) => name === 'order_cancelled');
  const total_cents = placed.total_cents;
  let refunded_cents = 0;
  for (const { event, total_cents: part_cents } of refunds) {
    refunded_cents += event['order_total'] === undefined ? total_cents : part_cents;
  }
  refunded_cents = Math.min(refunded_cents, total_cents);
  const items = placed.event['items'] as Json[] | undefined;
  const isKnown = placed.clientId !== undefined || placed.userId !== undefined;
  return {
    orderId: placed.orderId!,
    ordered_ms: placed.time_ms,
    visitorId: isKnown ? idOf(placed) : undefined,
    userId: placed.userId,
    currency: placed.currency ?? '',
    total_cents,
    itemCount: placed.itemCount,
    refunded_cents,
    refunded_ms: refunds.map(({ time_ms }) => time_ms).sort((a, b) => a - b)[0],
    cancelled_ms: cancels.map(({ time_ms }) => time_ms).sort((a, b) => a - b)[0],
    net_cents: cancels.length > 0 ? 0 : total_cents - refunded_cents,
    events: about.length,
    lines: items?.map((item) => ({ product: productOf(item), quantity: item['quantity'] as number })),
    origin: visit && originOfVisit(visit),
  };
}

function visitorOf(sessions: readonly SessionTruth[], visits: readonly (readonly Row[])[]): VisitorTruth {
  const inTime = sessions.toSorted((a, b) => a.start_ms - b.start_ms);
  const days = inTime.map(({ start_ms }) => new Date(start_ms).toISOString().slice(0, 10));
  return {
    visitorId: inTime[0]!.visitorId,
    first_ms: inTime[0]!.start_ms,
    last_ms: Math.max(...sessions.map(({ end_ms }) => end_ms)),
    sessions: sessions.length,
    events: visits.flat().length,
    orders: sessions.reduce((sum, { orders }) => sum + orders, 0),
    net_cents: totals(sessions.flatMap(({ net_cents }) => Object.entries(net_cents))),
    days: days.filter((day, at) => day !== days[at - 1]),
    first: inTime[0]!.origin,
    last: inTime.flatMap(({ origin }) => origin ?? []).at(-1),
    funnel: funnelOf(visits.flat()),
  };
}

function originOfVisit(events: readonly Row[]): Origin | undefined {
  return events.flatMap(({ event }) => originOf(event) ?? [])[0];
}

/** By the few rules that this traffic needs: what the address says goes before where the browser came from. */
function originOf(event: Json): Origin | undefined {
  const page = value(event, 'pageUrl', 'page_url');
  const referrer = value(event, 'referrer');
  const query = page === undefined ? undefined : new URL(page).searchParams;
  const told = (name: string) => query?.get(name) ?? null;
  const origin = (source: string, medium: string, campaign: string | null) => {
    return { source, medium, campaign, channel: CHANNELS[medium]! };
  };
  if (told('utm_source')) return origin(told('utm_source')!, told('utm_medium')!, told('utm_campaign'));
  if (told('gclid')) return origin('google', 'cpc', null);
  const host = referrer === undefined ? '' : new URL(referrer).hostname;
  if (host === 'www.google.com') return origin('google', 'organic', null);
  if (host === 'www.instagram.com') return origin('instagram', 'social', null);
  return host === 'coffee-blog.example' ? origin(host, 'referral', null) : undefined;
}

const CHANNELS: Readonly<Record<string, string>> = {
  ...{ cpc: 'paid_search', organic: 'organic_search', email: 'email', social: 'organic_social', referral: 'referral' },
};

/** The product, if the events say of it what the catalogue does. */
function asSent(product: Product, events: readonly Row[]): Product {
  for (const { productId, event } of events) {
    if (productId !== product.id) continue;
    const sent = (event['product'] ?? event['context_product']) as Json;
    const price_cents = Math.round(Number(sent['price']) * 100);
    const discount = sent['discountPrice'] ?? sent['discount_price'] ?? undefined;
    const discountPrice_cents = discount === undefined ? undefined : Math.round(Number(discount) * 100);
    const brand = sent['brand'] ?? sent['brand_name'];
    if (
      JSON.stringify([sent['category'], brand, price_cents, discountPrice_cents]) !==
      JSON.stringify([product.category, product.brand, product.price_cents, product.discountPrice_cents])
    ) {
      throw new Error(`${product.id} was sent as ${JSON.stringify(sent)}`);
    }
  }
  return product;
}

/** The product that an item of an order is, sold at what it says. */
function productOf(item: Json): Product {
  const product = PRODUCTS.find(({ id }) => id === item['item_id'])!;
  const price_cents = Math.round(Number(item['price']) * 100);
  const { name, category, brand } = product;
  const isSame =
    item['item_name'] === name &&
    item['item_category'] === category &&
    item['item_brand'] === brand &&
    price_cents === (product.discountPrice_cents ?? product.price_cents);
  if (!isSame) throw new Error(`${product.id} was sold as ${JSON.stringify(item)}`);
  return product;
}

function totals(amounts: readonly (readonly [string, number])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [currency, cents] of amounts) sums[currency] = (sums[currency] ?? 0) + cents;
  return sums;
}

function value(event: Json, ...names: readonly string[]): string | undefined {
  const found = names.map((name) => event[name]).find((text) => typeof text === 'string' && text !== '');
  return found as string | undefined;
}
