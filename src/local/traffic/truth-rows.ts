import type { Product } from './catalogue.ts';
import type { FunnelStep, OrderLine } from './facts.ts';
import type { Origin } from './origins.ts';

/** Cents by currency. */
export type Money = Readonly<Record<string, number>>;

/** How far somebody came, in order of time: a step counts that is not before the one that it follows. */
export interface Funnel {
  /** 0 to 4: how many steps. */
  readonly taken: number;
  /** When each was taken first, in epoch milliseconds. */
  readonly at_ms: Readonly<Partial<Record<FunnelStep, number>>>;
}

/** What a session did with a product. */
export interface SessionProductTruth {
  readonly product: Product;
  readonly views: number;
  readonly carts: number;
  /** The funnel in order of time, of which a view and an addition are those of the product. */
  readonly taken: number;
}

export interface SessionTruth {
  readonly visitorId: string;
  /** Undefined for a derived one. */
  readonly sessionId: string | undefined;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly events: number;
  readonly pageViews: number;
  readonly productViews: number;
  readonly carts: number;
  /** The user known last. */
  readonly userId: string | undefined;
  /** The first and the last page, without the query. */
  readonly landingPage: string | undefined;
  readonly exitPage: string | undefined;
  /** The first address that the browser came from, the shop's own pages included. */
  readonly referrer: string | undefined;
  /** Undefined is direct. */
  readonly origin: Origin | undefined;
  /** The furthest step that has an event, whenever, and when it was reached first. */
  readonly furthest: FunnelStep | undefined;
  readonly furthest_ms: number | undefined;
  readonly funnel: Funnel;
  /** All events of each step, in order of time. */
  readonly steps_ms: Readonly<Record<FunnelStep, readonly number[]>>;
  /** Its first eight steps, repetitions left out. */
  readonly path: readonly string[];
  readonly products: readonly SessionProductTruth[];
  /** The orders made in it. */
  readonly orders: number;
  /** What these came to, less what was given back. */
  readonly net_cents: Money;
}

export interface OrderTruth {
  readonly orderId: string;
  readonly ordered_ms: number;
  /** Undefined where nobody is known. */
  readonly visitorId: string | undefined;
  readonly userId: string | undefined;
  readonly currency: string;
  readonly total_cents: number;
  readonly itemCount: number;
  readonly refunded_cents: number;
  /** When it was first refunded, in part or whole. */
  readonly refunded_ms: number | undefined;
  readonly cancelled_ms: number | undefined;
  /** 0 when cancelled. */
  readonly net_cents: number;
  /** How many events speak of it. */
  readonly events: number;
  readonly lines: readonly OrderLine[] | undefined;
  /** Of its session. */
  readonly origin: Origin | undefined;
}

export interface VisitorTruth {
  readonly visitorId: string;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly sessions: number;
  readonly events: number;
  readonly orders: number;
  readonly net_cents: Money;
  /** The UTC days on which a session began, such as `2025-12-06`, in order. */
  readonly days: readonly string[];
  /** First touch: the origin of the first session. */
  readonly first: Origin | undefined;
  /** Last touch: the origin of the last session that has one. */
  readonly last: Origin | undefined;
  /** Over all of their sessions. */
  readonly funnel: Funnel;
}

/** The rows that the warehouse must have, in no order. */
export interface TruthRows {
  readonly sessions: readonly SessionTruth[];
  readonly orders: readonly OrderTruth[];
  readonly visitors: readonly VisitorTruth[];
}
