import { pricePaid_cents, type Product } from './catalogue.ts';
import type { EventFacts, Oddity, OrderFacts, OrderLine, TimeFacts } from './facts.ts';
import type { Random } from './random.ts';
import type { DeviceClock, Shopper } from './shopper.ts';
import type { Visit } from './visit.ts';
import type { Action } from './walk.ts';

/** A JSON object to send. A property that is undefined is not sent. */
export type Json = Readonly<Record<string, unknown>>;

/** An event ready to send, and what is true of it. */
export interface ComposedEvent {
  readonly json: Json;
  readonly facts: EventFacts;
  readonly oddities: readonly Oddity[];
}

/**
 * Writes an action down as the shopper's sender would, camelCase from the tracker and snake_case from the server.
 *
 * @param sent_ms the true time at which the event leaves the device
 */
export function composeEvent(
  random: Random,
  shopper: Shopper,
  visit: Visit,
  action: Action,
  sent_ms: number,
): ComposedEvent {
  const { clock } = shopper;
  const json =
    shopper.kind === 'server'
      ? serverJson(random, shopper, visit, action)
      : trackerJson(random, shopper, visit, action, sent_ms);
  const facts: EventFacts = {
    name: action.name,
    fate: 'kept',
    time: timeFacts(clock, action.at_ms, sent_ms),
    visitor: shopper.visitor,
    session: visit.session,
    id: json['eventId'] as string | undefined,
    userId: action.loggedIn ? shopper.userId : undefined,
    pageUrl: action.pageUrl,
    referrer: action.referrer,
    origin: action.origin,
    product: action.product,
    order: action.order,
    refund_cents: action.refund_cents,
    received: false,
  };
  return { json, facts, oddities: [...action.oddities, ...eventOddities(shopper, facts)] };
}

function timeFacts(clock: DeviceClock, at_ms: number, sent_ms: number): TimeFacts {
  switch (clock.kind) {
    case 'right':
      return { rule: 'given', at_ms: at_ms + clock.skew_ms };
    case 'sent_at':
      return { rule: 'corrected', untilSent_ms: sent_ms - at_ms };
    case 'missing':
      return { rule: 'missing' };
    case 'wrong':
    case 'garbled':
      return { rule: 'replaced' };
  }
}

function eventOddities(shopper: Shopper, { time }: EventFacts): Oddity[] {
  const oddities: Oddity[] = [];
  if (shopper.kind === 'server') oddities.push('snake_case', 'text_event_id');
  else if (shopper.withoutEventIds) oddities.push('no_event_id');
  if (shopper.kind === 'consentless' || shopper.kind === 'server') oddities.push('no_session_id');
  if (shopper.kind === 'user_only') oddities.push('user_only');
  if (shopper.kind === 'unknown') oddities.push('no_identity');
  if (time.rule !== 'given') oddities.push(`time_${time.rule}`);
  else if (shopper.clock.skew_ms !== 0) oddities.push('clock_slightly_off');
  return oddities;
}

/** An event as the page's tracker sends it. */
function trackerJson(random: Random, shopper: Shopper, visit: Visit, action: Action, sent_ms: number): Json {
  const { clock, clientId } = shopper;
  const { order, product } = action;
  const userId = action.loggedIn ? shopper.userId : undefined;
  return {
    eventId: shopper.withoutEventIds ? undefined : random.uuid(),
    eventName: action.name,
    eventTimestamp: deviceTime(clock, action.at_ms),
    sentAt: clock.kind === 'sent_at' ? deviceTime(clock, sent_ms) : undefined,
    clientId,
    sessionId: visit.sessionId,
    userId,
    userLoginState: userId === undefined ? 'guest' : 'logged_in',
    identitySource: userId === undefined ? undefined : 'cognito',
    isFirstVisit: clientId === undefined ? undefined : visit.firstVisit,
    pageUrl: action.pageUrl,
    // document.referrer is empty, and there, when there is none.
    referrer: action.referrer ?? '',
    product: product && {
      id: product.id,
      name: product.name,
      category: product.category,
      brand: product.brand,
      price: product.price_cents / 100,
      discountPrice: product.discountPrice_cents === undefined ? undefined : pricePaid_cents(product) / 100,
      urlPath: product.path,
    },
    quantity: action.quantity,
    searchQuery: action.searchQuery,
    ...(order &&
      !shopper.orderInDataset && {
        orderId: order.id,
        orderTotal: order.total_cents / 100,
        itemCount: order.itemCount,
      }),
    currency: order?.currency,
    items: order?.lines?.map((line) => itemJson(line, (cents) => cents / 100)),
    element: element(shopper, action),
    language: shopper.language,
    viewport: shopper.viewport,
  };
}

/** What was clicked. A dataset holds nothing but text, so the numbers of an order are text in it. */
function element(shopper: Shopper, { name, product, order }: Action): Json | undefined {
  if (order && shopper.orderInDataset) {
    const dataset = { orderId: order.id, total: decimal(order.total_cents), itemCount: String(order.itemCount) };
    return { tag: 'SECTION', id: 'order-confirmation', dataset };
  }
  if (name === 'add_to_cart_click') return { tag: 'BUTTON', text: 'Add to cart', dataset: { productId: product?.id } };
  return undefined;
}

/** An event as the shop's server sends it: snake_case, and ids of its own that are no UUIDs. */
function serverJson(random: Random, shopper: Shopper, visit: Visit, action: Action): Json {
  const { order } = action;
  const userId = action.loggedIn ? shopper.userId : undefined;
  return {
    event_id: `srv-${random.hex(24)}`,
    event_name: action.name,
    [random.pick(['event_timestamp', 'timestamp'])]: deviceTime(shopper.clock, action.at_ms),
    client_id: shopper.clientId,
    user_id: userId ?? null,
    user_login_state: userId === undefined ? 'guest' : 'logged_in',
    is_first_visit: visit.firstVisit,
    page_url: action.pageUrl,
    referrer: action.referrer ?? null,
    [random.pick(['product', 'context_product'])]: action.product && serverProduct(action.product),
    quantity: action.quantity,
    search_query: action.searchQuery,
    ...(order && orderJson(action, order)),
  };
}

/** The order that a server's event places, or the part of one that it gives back. */
function orderJson({ name, refund_cents }: Action, order: OrderFacts): Json {
  const { id: order_id, currency } = order;
  if (name === 'order_cancelled') return { order_id };
  if (name === 'refund') {
    return { order_id, currency, order_total: refund_cents === undefined ? undefined : decimal(refund_cents) };
  }
  const items = order.lines?.map((line) => itemJson(line, decimal));
  return { order_id, order_total: decimal(order.total_cents), item_count: order.itemCount, currency, items };
}

function itemJson({ product, quantity }: OrderLine, price: (cents: number) => string | number): Json {
  return {
    item_id: product.id,
    item_name: product.name,
    item_category: product.category,
    item_brand: product.brand,
    price: price(pricePaid_cents(product)),
    quantity,
  };
}

/** Prices as text, since the server has them as decimals and does not want to lose a cent. */
function serverProduct(product: Product): Json {
  return {
    id: product.id,
    name: product.name,
    category: product.category,
    brand_name: product.brand,
    price: decimal(product.price_cents),
    discount_price: product.discountPrice_cents === undefined ? null : decimal(product.discountPrice_cents),
    url_path: product.path,
  };
}

/** Cents as a decimal number, such as `129.90`. */
function decimal(cents: number): string {
  return `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}

const HOUR_MS = 3_600_000;

/** What the device puts down for a true time; undefined when it puts down none. */
function deviceTime({ kind, skew_ms, format }: DeviceClock, true_ms: number): string | number | undefined {
  if (kind === 'missing') return undefined;
  if (kind === 'garbled') return 'Invalid Date';
  const shown_ms = true_ms + skew_ms;
  const iso = new Date(shown_ms).toISOString();
  switch (format) {
    case 'iso':
      return iso;
    case 'epoch':
      return shown_ms;
    case 'zoneless':
      return iso.slice(0, -1);
    case 'offset':
      return new Date(shown_ms + HOUR_MS).toISOString().replace('Z', '+01:00');
  }
}
