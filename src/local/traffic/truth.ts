import type { FunnelStep, Oddity, TimeFacts } from './facts.ts';
import type { TruthRows } from './truth-rows.ts';

/** What one hour of raw objects must come to, or all of them. The hour is that of the receipt. */
export interface HourCounts {
  /** Requests sent. */
  readonly requests: number;
  /** Requests that ingest stores (200): the objects of the hour. */
  readonly stored: number;
  /** Requests that ingest refuses (400). */
  readonly refused: number;
  /** JSON values sent as events: the elements of an array, else the one value; a body that is no JSON has none. */
  readonly sent: number;
  /** Events that ingest accepts: the records in the raw objects. Always `distinct + duplicates + rejected`. */
  readonly accepted: number;
  /** JSON values that ingest does not accept. Always `sent - accepted`. */
  readonly invalid: number;
  /** Events that the warehouse must hold and that are received here for the first time. */
  readonly distinct: number;
  /** Records of an event that was received before, in this hour or an earlier one. */
  readonly duplicates: number;
  /** Records that the warehouse must reject; a retried one counts each time. */
  readonly rejected: number;
  /** Orders whose first `checkout_complete` is received here. */
  readonly orders: number;
  /** The totals of these orders by currency, in cents. */
  readonly revenue_cents: Readonly<Record<string, number>>;
}

export interface HourTruth extends HourCounts {
  /** The start of the hour, in epoch milliseconds, and as text such as `2025-12-06T05:00:00Z`. */
  readonly hour_ms: number;
  readonly hour: string;
  /** Where the hour's objects lie, such as `events/2025/12/06/05/`. */
  readonly prefix: string;
}

/** One hour by event_timestamp, which is not when the events were received. */
export interface ActivityTruth {
  readonly hour_ms: number;
  readonly hour: string;
  readonly events: number;
  /** Sessions whose earliest event lies in the hour. */
  readonly sessionsStarted: number;
  /** Orders whose first received `checkout_complete` lies in the hour. */
  readonly orders: number;
  readonly revenue_cents: Readonly<Record<string, number>>;
}

export interface ProductTruth {
  readonly productId: string;
  /** Distinct `product_view` events of the product. */
  readonly views: number;
  /** Distinct `add_to_cart_click` events of the product. */
  readonly carts: number;
}

/** What must be in the warehouse when all requests have been received, each figure counted from how the traffic was made. */
export interface Truth {
  readonly total: HourCounts;
  /** Each hour of the traffic, also an hour in which nothing happened. */
  readonly hours: readonly HourTruth[];
  readonly activity: readonly ActivityTruth[];
  /** Distinct client ids, and distinct user ids of events that have no client id. */
  readonly visitors: number;
  /** `given`: distinct session ids that clients sent. `derived`: sessions to be found among events without one. */
  readonly sessions: { readonly given: number; readonly derived: number; readonly total: number };
  /** Sessions that have at least one event of the step, whenever; events without a session count nowhere here. */
  readonly funnel: Readonly<Record<FunnelStep, number>>;
  /** What belongs to no session, since the event has neither client id nor user id. */
  readonly withoutSession: {
    readonly events: number;
    readonly orders: number;
    readonly revenue_cents: Readonly<Record<string, number>>;
  };
  /** All products seen, the most viewed first, then by id. */
  readonly products: readonly ProductTruth[];
  /** Distinct events by name, in the order of the names. */
  readonly eventNames: Readonly<Record<string, number>>;
  /** Distinct events by the rule that their event_timestamp follows. */
  readonly times: Readonly<Record<TimeFacts['rule'], number>>;
  /** Sessions, orders and visitors, one by one. */
  readonly rows: TruthRows;
  /** How many requests show each oddity. */
  readonly oddities: Readonly<Record<Oddity, number>>;
}
