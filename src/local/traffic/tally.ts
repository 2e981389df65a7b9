import { HOUR_MS } from './arrivals.ts';
import { type EventFacts, FUNNEL, type FunnelStep, ODDITIES, type Oddity, type PlannedRequest } from './facts.ts';
import type { Opening } from './plan.ts';
import { RowTally } from './row-tally.ts';
import type { ActivityTruth, HourCounts, ProductTruth, Truth } from './truth.ts';

type Writable<T> = {
  -readonly [K in keyof T]: T[K] extends Readonly<Record<string, number>> ? Record<string, number> : T[K];
};

function noCounts(): Writable<HourCounts> {
  return {
    requests: 0,
    stored: 0,
    refused: 0,
    sent: 0,
    accepted: 0,
    invalid: 0,
    distinct: 0,
    duplicates: 0,
    rejected: 0,
    orders: 0,
    revenue_cents: {},
  };
}

/**
 * Counts the truth while the requests go out. Needs memory for hours, products, names, sessions, orders and visitors, not
 * for events.
 */
export class Tally {
  readonly #hours = new Map<number, Writable<HourCounts>>();
  readonly #activity = new Map<number, Writable<Omit<ActivityTruth, 'hour_ms' | 'hour'>>>();
  readonly #products = new Map<string, Writable<ProductTruth>>();
  readonly #eventNames = new Map<string, number>();
  readonly #sessions = { given: 0, derived: 0 };
  readonly #funnel = { view: 0, cart: 0, checkout: 0, order: 0 };
  readonly #withoutSession = { events: 0, orders: 0, revenue_cents: {} as Record<string, number> };
  readonly #times = { given: 0, corrected: 0, replaced: 0, missing: 0 };
  readonly #oddities = Object.fromEntries(ODDITIES.map((oddity) => [oddity, 0])) as Record<Oddity, number>;
  readonly #rows = new RowTally();
  #visitors = 0;

  /** @param openings in each of which whole UTC hours lie */
  constructor(openings: readonly Opening[]) {
    for (const { start_ms, end_ms } of openings) {
      for (let hour_ms = start_ms; hour_ms < end_ms; hour_ms += HOUR_MS) this.#hours.set(hour_ms, noCounts());
    }
  }

  /** Takes note of a request; requests must come in the order in which they are received. */
  receive({ at_ms, events, invalidEvents, oddities }: PlannedRequest): void {
    const counts = entry(this.#hours, hourOf(at_ms), noCounts);
    counts.requests += 1;
    if (events.length > 0) counts.stored += 1;
    else counts.refused += 1;
    counts.sent += events.length + invalidEvents;
    counts.accepted += events.length;
    counts.invalid += invalidEvents;
    for (const event of events) {
      if (event.fate === 'rejected') counts.rejected += 1;
      else if (event.received) counts.duplicates += 1;
      else this.#keep(event, at_ms, counts);
    }
    for (const oddity of oddities) this.#oddities[oddity] += 1;
  }

  #keep(event: EventFacts, at_ms: number, counts: Writable<HourCounts>): void {
    event.received = true;
    counts.distinct += 1;
    this.#times[event.time.rule] += 1;
    this.#eventNames.set(event.name, (this.#eventNames.get(event.name) ?? 0) + 1);
    const time_ms = eventTime(event, at_ms);
    this.#rows.keep(event, time_ms, at_ms);
    const activity = this.#activityAt(time_ms);
    activity.events += 1;
    if (event.visitor && !event.visitor.seen) {
      event.visitor.seen = true;
      this.#visitors += 1;
    }
    if (event.session) this.#countSession(event, event.session, at_ms);
    else this.#withoutSession.events += 1;
    if (event.order && event.name === FUNNEL.order && !event.order.seen) {
      event.order.seen = true;
      for (const place of event.session ? [counts, activity] : [counts, activity, this.#withoutSession]) {
        place.orders += 1;
        addMoney(place.revenue_cents, event.order.currency, event.order.total_cents);
      }
    }
    if (event.product) this.#countProduct(event.product.id, event.name);
  }

  #countSession(event: EventFacts, session: NonNullable<EventFacts['session']>, at_ms: number): void {
    const time_ms = eventTime(event, at_ms);
    if (session.start_ms === undefined) {
      this.#sessions[session.origin] += 1;
      this.#activityAt(time_ms).sessionsStarted += 1;
      session.start_ms = time_ms;
    } else if (time_ms < session.start_ms) {
      // A late event begins the session earlier than it had seemed to begin.
      this.#activityAt(session.start_ms).sessionsStarted -= 1;
      this.#activityAt(time_ms).sessionsStarted += 1;
      session.start_ms = time_ms;
    }
    for (const step of Object.keys(FUNNEL) as FunnelStep[]) {
      if (FUNNEL[step] !== event.name || session.reached.has(step)) continue;
      session.reached.add(step);
      this.#funnel[step] += 1;
    }
  }

  #countProduct(productId: string, name: EventFacts['name']): void {
    const product = entry(this.#products, productId, () => ({ productId, views: 0, carts: 0 }));
    if (name === 'product_view') product.views += 1;
    if (name === 'add_to_cart_click') product.carts += 1;
  }

  #activityAt(time_ms: number) {
    return entry(this.#activity, hourOf(time_ms), () => ({
      events: 0,
      sessionsStarted: 0,
      orders: 0,
      revenue_cents: {},
    }));
  }

  /** The truth of what has been received so far. */
  truth(): Truth {
    const total = noCounts();
    for (const { revenue_cents, ...counts } of this.#hours.values()) {
      for (const name of Object.keys(counts) as (keyof typeof counts)[]) total[name] += counts[name];
      for (const [currency, cents] of Object.entries(revenue_cents)) addMoney(total.revenue_cents, currency, cents);
    }
    const { given, derived } = this.#sessions;
    return structuredClone({
      total,
      hours: inOrder(this.#hours).map(([hour_ms, counts]) => ({
        hour_ms,
        hour: hourText(hour_ms),
        prefix: prefixOf(hour_ms),
        ...counts,
      })),
      activity: inOrder(this.#activity).map(([hour_ms, counts]) => ({ hour_ms, hour: hourText(hour_ms), ...counts })),
      visitors: this.#visitors,
      sessions: { given, derived, total: given + derived },
      funnel: this.#funnel,
      withoutSession: this.#withoutSession,
      products: [...this.#products.values()].sort((a, b) => b.views - a.views || (a.productId < b.productId ? -1 : 1)),
      eventNames: Object.fromEntries([...this.#eventNames].sort(([a], [b]) => (a < b ? -1 : 1))),
      times: this.#times,
      rows: this.#rows.rows(),
      oddities: this.#oddities,
    });
  }
}

/** The time that the warehouse must give an event, by the receipt of its first record. */
function eventTime({ time }: EventFacts, received_ms: number): number {
  if (time.rule === 'given') return time.at_ms;
  return time.rule === 'corrected' ? received_ms - time.untilSent_ms : received_ms;
}

function hourOf(moment_ms: number): number {
  return moment_ms - (moment_ms % HOUR_MS);
}

function hourText(hour_ms: number): string {
  return `${new Date(hour_ms).toISOString().slice(0, 19)}Z`;
}

function prefixOf(hour_ms: number): string {
  return `events/${new Date(hour_ms).toISOString().slice(0, 13).replaceAll(/[-T]/g, '/')}/`;
}

function addMoney(sums: Record<string, number>, currency: string, cents: number): void {
  sums[currency] = (sums[currency] ?? 0) + cents;
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = create()));
  return value;
}

function inOrder<V>(map: ReadonlyMap<number, V>): [number, V][] {
  return [...map].sort(([a], [b]) => a - b);
}
