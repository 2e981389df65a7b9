import type { EventFacts, OrderFacts, SessionFacts, VisitorFacts } from './facts.ts';
import { type Moment, sessionRow, funnelOf } from './session-row.ts';
import type { OrderTruth, SessionTruth, TruthRows, VisitorTruth } from './truth-rows.ts';

/** What a session has come to, orders left aside. */
type SessionRow = ReturnType<typeof sessionRow>;

interface OpenSession {
  readonly visitor: VisitorFacts;
  readonly moments: Moment[];
  touched_ms: number;
}

interface Placed {
  readonly received_ms: number;
  readonly at_ms: number;
  readonly event: EventFacts;
}

interface OrderNotes {
  /** The event that placed it: of several, the one received first, then the one that happened first. */
  placed: Placed | undefined;
  refunds_cents: number;
  refunded_ms: number;
  cancelled_ms: number;
  events: number;
}

/** Nothing of a session is received as long after what was received before. */
const CLOSED_AFTER_MS = 6 * 3_600_000;

/**
 * Keeps what sessions, orders and visitors come to. Needs memory for each of them, and for the events of the sessions
 * under way.
 */
export class RowTally {
  /** Those not touched for longest first. */
  readonly #open = new Map<SessionFacts, OpenSession>();
  readonly #closed = new Map<SessionFacts, SessionRow>();
  readonly #orders = new Map<OrderFacts, OrderNotes>();

  /** Takes note of an event that is received for the first time. */
  keep(event: EventFacts, at_ms: number, received_ms: number): void {
    this.#close(received_ms - CLOSED_AFTER_MS);
    if (event.session && event.visitor) {
      const { session, visitor } = event;
      const own = this.#open.get(session) ?? { visitor, moments: [], touched_ms: 0 };
      own.moments.push({ at_ms, event });
      own.touched_ms = received_ms;
      this.#open.delete(session);
      this.#open.set(session, own);
    }
    if (event.order) this.#keepOrder(event.order, { received_ms, at_ms, event });
  }

  #close(until_ms: number): void {
    for (const [session, own] of this.#open) {
      if (own.touched_ms >= until_ms) return;
      this.#closed.set(session, rowOf(session, own));
      this.#open.delete(session);
    }
  }

  #keepOrder(order: OrderFacts, told: Placed): void {
    const { event, at_ms } = told;
    let notes = this.#orders.get(order);
    if (!notes) {
      notes = { placed: undefined, refunds_cents: 0, refunded_ms: Infinity, cancelled_ms: Infinity, events: 0 };
      this.#orders.set(order, notes);
    }
    notes.events += 1;
    if (event.name === 'checkout_complete' && (!notes.placed || isBefore(told, notes.placed))) notes.placed = told;
    if (event.name === 'refund') {
      notes.refunds_cents += event.refund_cents ?? order.total_cents;
      notes.refunded_ms = Math.min(notes.refunded_ms, at_ms);
    }
    if (event.name === 'order_cancelled') notes.cancelled_ms = Math.min(notes.cancelled_ms, at_ms);
  }

  /** The rows of what was received so far. */
  rows(): TruthRows {
    const rows = new Map(this.#closed);
    for (const [session, own] of this.#open) rows.set(session, rowOf(session, own));
    const orders = Array.from(this.#orders).flatMap(([order, notes]) => {
      if (!notes.placed) return [];
      const { session } = notes.placed.event;
      return [{ session, row: orderRow(order, notes, notes.placed, session && rows.get(session)) }];
    });
    const own = new Map<SessionFacts, OrderTruth[]>();
    for (const { session, row } of orders) {
      if (session) own.set(session, [...(own.get(session) ?? []), row]);
    }
    const sessions = Array.from(rows, ([session, row]) => withOrders(row, own.get(session) ?? []));
    return { sessions, orders: orders.map(({ row }) => row), visitors: visitorsOf(sessions) };
  }
}

function rowOf({ id }: SessionFacts, { visitor, moments }: OpenSession): SessionRow {
  return sessionRow(visitor.id, id, moments);
}

function isBefore(a: Placed, b: Placed): boolean {
  if (a.received_ms !== b.received_ms) return a.received_ms < b.received_ms;
  return a.at_ms === b.at_ms ? (a.event.id ?? '') < (b.event.id ?? '') : a.at_ms < b.at_ms;
}

function orderRow(
  order: OrderFacts,
  { refunds_cents, refunded_ms, cancelled_ms, events }: OrderNotes,
  { at_ms, event }: Placed,
  session: SessionRow | undefined,
): OrderTruth {
  const { id: orderId, total_cents, itemCount, currency, lines } = order;
  const refunded_cents = Math.min(total_cents, refunds_cents);
  const isCancelled = cancelled_ms < Infinity;
  return {
    orderId,
    ordered_ms: at_ms,
    visitorId: event.visitor?.id,
    userId: event.userId,
    currency,
    total_cents,
    itemCount,
    refunded_cents,
    refunded_ms: refunded_ms < Infinity ? refunded_ms : undefined,
    cancelled_ms: isCancelled ? cancelled_ms : undefined,
    net_cents: isCancelled ? 0 : total_cents - refunded_cents,
    events,
    lines,
    origin: session?.origin,
  };
}

function withOrders(row: SessionRow, orders: readonly OrderTruth[]): SessionTruth {
  const net_cents: Record<string, number> = {};
  for (const order of orders) net_cents[order.currency] = (net_cents[order.currency] ?? 0) + order.net_cents;
  return { ...row, orders: orders.length, net_cents };
}

/** The visitors that sessions are of. */
export function visitorsOf(sessions: readonly SessionTruth[]): VisitorTruth[] {
  const own = new Map<string, SessionTruth[]>();
  for (const session of sessions.toSorted((a, b) => a.start_ms - b.start_ms)) {
    const visits = own.get(session.visitorId);
    if (visits) visits.push(session);
    else own.set(session.visitorId, [session]);
  }
  return Array.from(own, ([visitorId, visits]) => visitorRow(visitorId, visits));
}

function visitorRow(visitorId: string, visits: readonly SessionTruth[]): VisitorTruth {
  const sum = (of: (visit: SessionTruth) => number): number => visits.reduce((total, visit) => total + of(visit), 0);
  const all = (step: keyof SessionTruth['steps_ms']): number[] => visits.flatMap(({ steps_ms }) => steps_ms[step]);
  const net_cents: Record<string, number> = {};
  for (const visit of visits) {
    for (const [currency, cents] of Object.entries(visit.net_cents)) {
      net_cents[currency] = (net_cents[currency] ?? 0) + cents;
    }
  }
  return {
    visitorId,
    first_ms: visits[0]!.start_ms,
    last_ms: Math.max(...visits.map(({ end_ms }) => end_ms)),
    sessions: visits.length,
    events: sum(({ events }) => events),
    orders: sum(({ orders }) => orders),
    net_cents,
    days: [...new Set(visits.map(({ start_ms }) => new Date(start_ms).toISOString().slice(0, 10)))].sort(),
    first: visits[0]!.origin,
    last: visits.findLast(({ origin }) => origin !== undefined)?.origin,
    funnel: funnelOf({ view: all('view'), cart: all('cart'), checkout: all('checkout'), order: all('order') }),
  };
}
