import type { TrafficRequest } from './generate.ts';
import { recountRows } from './recount-rows.ts';
import type { ActivityTruth, HourCounts, Truth } from './truth.ts';

/**
 * For the tests: the truth once more, from what was sent and by the rules of ingest and warehouse, with everything held
 * in memory and looked at as simply as can be. It shares no code with the generator's own counting, so that each checks
 * the other.
 */
export function recount(
  requests: Iterable<TrafficRequest>,
  start_ms: number,
  hours: number,
  weeks = 1,
): Omit<Truth, 'oddities'> {
  const hourly = Array.from({ length: weeks * hours }, (_, number) => {
    const week = Math.floor(number / hours);
    return { ...inHour(start_ms + (week * 7 * 24 + (number % hours)) * 3_600_000), ...nothing() };
  });
  const rows: Row[] = [];
  const seen = new Set<string>();
  for (const request of requests) {
    const counts = hourly.find(({ hour_ms }) => request.at_ms >= hour_ms && request.at_ms < hour_ms + 3_600_000)!;
    const values = jsonValues(request.body);
    const events = values.filter(isEvent);
    counts.requests += 1;
    counts[events.length > 0 ? 'stored' : 'refused'] += 1;
    counts.sent += values.length;
    counts.accepted += events.length;
    counts.invalid += values.length - events.length;
    for (const event of events) {
      const row = toRow(event, request.at_ms, `#${rows.length}`);
      if (isRejected(event)) counts.rejected += 1;
      else if (seen.has(row.id)) counts.duplicates += 1;
      else {
        seen.add(row.id);
        rows.push(row);
        counts.distinct += 1;
      }
    }
  }
  const orders = firstOrders(rows);
  for (const order of orders) {
    addOrder(
      hourly.find(({ hour_ms }) => order.received_ms >= hour_ms && order.received_ms < hour_ms + 3_600_000)!,
      order,
    );
  }
  const sessions = sessionsOf(rows);
  const without = rows.filter((row) => sessionKey(row) === undefined && visitorKey(row) === undefined);
  const withoutSession = { events: without.length, orders: 0, revenue_cents: {} };
  for (const order of orders) if (without.includes(order)) addOrder(withoutSession, order);
  const given = sessions.filter(([first]) => first && sessionKey(first) !== undefined).length;
  const reached = (name: string) => sessions.filter((events) => events.some((event) => event.name === name)).length;
  const total = nothing();
  for (const hour of hourly) {
    for (const name of Object.keys(total) as (keyof HourCounts)[])
      if (name !== 'revenue_cents') total[name] += hour[name];
  }
  total.orders = 0;
  for (const order of orders) addOrder(total, order);
  return {
    total,
    hours: hourly,
    activity: activityOf(rows, orders, sessions),
    visitors: new Set(rows.map(visitorKey).filter((visitor) => visitor !== undefined)).size,
    sessions: { given, derived: sessions.length - given, total: sessions.length },
    funnel: {
      view: reached('product_view'),
      cart: reached('add_to_cart_click'),
      checkout: reached('checkout_start'),
      order: reached('checkout_complete'),
    },
    withoutSession,
    products: productsOf(rows),
    eventNames: countBy(rows, ({ name }) => name),
    times: { given: 0, corrected: 0, replaced: 0, missing: 0, ...countBy(rows, ({ timeRule }) => timeRule) },
    rows: recountRows(rows),
  };
}

export type Json = Record<string, unknown>;

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly received_ms: number;
  readonly time_ms: number;
  readonly timeRule: string;
  readonly clientId: string | undefined;
  readonly userId: string | undefined;
  readonly sessionId: string | undefined;
  readonly productId: string | undefined;
  readonly orderId: string | undefined;
  readonly total_cents: number;
  readonly itemCount: number;
  readonly currency: string | undefined;
  /** As it was sent. */
  readonly event: Json;
}

function jsonValues(body: string): unknown[] {
  try {
    const value: unknown = JSON.parse(body);
    return Array.isArray(value) ? value : [value];
  } catch {
    return [];
  }
}

function isEvent(value: unknown): value is Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const event = value as Json;
  return [event['eventName'], event['event_name']].some((name) => typeof name === 'string' && name !== '');
}

function isRejected(event: Json): boolean {
  const ids = [text(event, 'eventId', 'event_id'), text(event, 'clientId', 'client_id'), text(event, 'sessionId')];
  return ids.some((id) => id !== undefined && Buffer.byteLength(id) > 512) || JSON.stringify(event).includes('\\u0000');
}

function text(object: Json | undefined, ...names: string[]): string | undefined {
  const value = names
    .map((name) => object?.[name])
    .find((found) => found !== undefined && found !== null && found !== '');
  return typeof value === 'string' ? value : undefined;
}

/** `ownId` is for an event without an id, which ingest gives one. */
function toRow(event: Json, received_ms: number, ownId: string): Row {
  const dataset = (event['element'] as Json | undefined)?.['dataset'] as Json | undefined;
  const total = event['orderTotal'] ?? event['order_total'] ?? dataset?.['total'] ?? 0;
  const [timeRule, time_ms] = eventTime(event, received_ms);
  return {
    id: text(event, 'eventId', 'event_id') ?? ownId,
    name: text(event, 'eventName', 'event_name') ?? 'unknown',
    received_ms,
    time_ms,
    timeRule,
    clientId: text(event, 'clientId', 'client_id'),
    userId: text(event, 'userId', 'user_id'),
    sessionId: text(event, 'sessionId', 'session_id'),
    productId: text((event['product'] ?? event['context_product']) as Json | undefined, 'id'),
    orderId: text(event, 'orderId', 'order_id') ?? text(dataset, 'orderId'),
    total_cents: Math.round(Number(total) * 100),
    itemCount: Number(event['itemCount'] ?? event['item_count'] ?? dataset?.['itemCount'] ?? 0),
    currency: text(event, 'currency'),
    event,
  };
}

function eventTime(event: Json, received_ms: number): [rule: string, time_ms: number] {
  const sent = event['eventTimestamp'] ?? event['event_timestamp'] ?? event['timestamp'];
  if (sent === undefined) return ['missing', received_ms];
  const event_ms = instant(sent);
  const hasSentAt = event['sentAt'] !== undefined;
  const time_ms = hasSentAt ? received_ms - (instant(event['sentAt']) - event_ms) : event_ms;
  const oldest_ms = received_ms - (hasSentAt ? 30 : 1) * 86_400_000;
  if (!(time_ms >= oldest_ms && time_ms <= received_ms + 300_000)) return ['replaced', received_ms];
  return [hasSentAt ? 'corrected' : 'given', time_ms];
}

function instant(value: unknown): number {
  if (typeof value === 'number') return value;
  const iso = String(value);
  return Date.parse(/Z$|[+-]\d\d:\d\d$/.test(iso) ? iso : `${iso}Z`);
}

function visitorKey({ clientId, userId }: Row): string | undefined {
  if (clientId !== undefined) return `client ${clientId}`;
  return userId === undefined ? undefined : `user ${userId}`;
}

function sessionKey(row: Row): string | undefined {
  return row.sessionId === undefined ? undefined : `${visitorKey(row) ?? ''} ${row.sessionId}`;
}

/** The events of each session, in order of time. */
export function sessionsOf(rows: readonly Row[]): Row[][] {
  const given = new Map<string, Row[]>();
  const sessionless = new Map<string, Row[]>();
  for (const row of rows) {
    const session = sessionKey(row);
    const visitor = visitorKey(row);
    const [groups, key] = session === undefined ? [sessionless, visitor] : [given, session];
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const derived = [...sessionless.values()].flatMap((events) => {
    const sessions: Row[][] = [];
    let last_ms = -Infinity;
    for (const event of events.sort((a, b) => a.time_ms - b.time_ms)) {
      if (event.time_ms - last_ms > 30 * 60_000) sessions.push([]);
      sessions.at(-1)?.push(event);
      last_ms = event.time_ms;
    }
    return sessions;
  });
  return [...given.values(), ...derived];
}

/** Of each order the first event received. */
function firstOrders(rows: readonly Row[]): Row[] {
  const placed = rows.filter(({ name, orderId }) => name === 'checkout_complete' && orderId !== undefined);
  const first = new Map(placed.toReversed().map((row) => [row.orderId, row]));
  return placed.filter((row) => first.get(row.orderId) === row);
}

function activityOf(
  rows: readonly Row[],
  orders: readonly Row[],
  sessions: readonly (readonly Row[])[],
): ActivityTruth[] {
  const starts = sessions.map((events) => Math.min(...events.map(({ time_ms }) => time_ms)));
  const hourOf = (moment_ms: number) => Math.floor(moment_ms / 3_600_000) * 3_600_000;
  const hours = [...new Set(rows.map(({ time_ms }) => hourOf(time_ms)))].sort((a, b) => a - b);
  return hours.map((hour_ms) => {
    const { hour } = inHour(hour_ms);
    const counts = { orders: 0, revenue_cents: {} };
    for (const order of orders) if (hourOf(order.time_ms) === hour_ms) addOrder(counts, order);
    return {
      hour_ms,
      hour,
      events: rows.filter(({ time_ms }) => hourOf(time_ms) === hour_ms).length,
      sessionsStarted: starts.filter((start_ms) => hourOf(start_ms) === hour_ms).length,
      ...counts,
    };
  });
}

function productsOf(rows: readonly Row[]): Truth['products'] {
  const views = countBy(rows, ({ name, productId }) => (name === 'product_view' ? productId : undefined));
  const carts = countBy(rows, ({ name, productId }) => (name === 'add_to_cart_click' ? productId : undefined));
  const ids = [...new Set(rows.flatMap(({ productId }) => productId ?? []))].sort();
  const products = ids.map((productId) => ({ productId, views: views[productId] ?? 0, carts: carts[productId] ?? 0 }));
  return products.sort((a, b) => b.views - a.views);
}

function countBy(rows: readonly Row[], key: (row: Row) => string | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) {
    const name = key(row);
    if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function addOrder(
  counts: { orders: number; revenue_cents: Record<string, number> },
  { total_cents, currency = '' }: Row,
): void {
  counts.orders += 1;
  counts.revenue_cents[currency] = (counts.revenue_cents[currency] ?? 0) + total_cents;
}

function inHour(hour_ms: number) {
  const iso = new Date(hour_ms).toISOString();
  const [, year, month, day, hour] = /^(\d+)-(\d+)-(\d+)T(\d+)/.exec(iso)!;
  return { hour_ms, hour: iso.replace('.000', ''), prefix: `events/${year}/${month}/${day}/${hour}/` };
}

function nothing() {
  const zero = { requests: 0, stored: 0, refused: 0, sent: 0, accepted: 0, invalid: 0, distinct: 0, duplicates: 0 };
  return { ...zero, rejected: 0, orders: 0, revenue_cents: {} as Record<string, number> };
}
