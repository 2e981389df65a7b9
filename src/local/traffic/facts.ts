/**
 * What the generator knows about an event because it made it. The truth is counted from these facts alone; nothing ever
 * reads the bodies that were sent, so a mistake in how the warehouse reads a body cannot hide in the truth as well.
 */

import type { Product } from './catalogue.ts';
import type { Origin } from './origins.ts';

/** The events of the shop's tracker, and of its server. */
export type EventName =
  | 'home_view'
  | 'category_view'
  | 'product_view'
  | 'search'
  | 'add_to_cart_click'
  | 'remove_from_cart'
  | 'checkout_start'
  | 'checkout_complete'
  | 'login'
  | 'page_view'
  | 'refund'
  | 'order_cancelled';

/** The steps of the funnel, in their order, and the event by which a session reaches each. */
export const FUNNEL = {
  view: 'product_view',
  cart: 'add_to_cart_click',
  checkout: 'checkout_start',
  order: 'checkout_complete',
} as const satisfies Record<string, EventName>;

export type FunnelStep = keyof typeof FUNNEL;

/** Someone the warehouse can tell from others: by a client id, or else by a user id. */
export interface VisitorFacts {
  /** As the warehouse must write it: `c:` and the client id, or `u:` and the user id. */
  readonly id: string;
  /** Set by the tally when an event of the visitor has been received. */
  seen: boolean;
}

/** One session: the visit it was planned as. */
export interface SessionFacts {
  /** `given`: the events carry a session id. `derived`: they carry none, and the warehouse must find the session. */
  readonly origin: 'given' | 'derived';
  /** The id that the events carry, if they do. */
  readonly id: string | undefined;
  /** Kept by the tally: the earliest event time received so far, in epoch milliseconds. */
  start_ms: number | undefined;
  /** Kept by the tally. */
  readonly reached: Set<FunnelStep>;
}

/** What was ordered of one product. */
export interface OrderLine {
  readonly product: Product;
  readonly quantity: number;
}

/** An order that a shopper placed. */
export interface OrderFacts {
  readonly id: string;
  readonly total_cents: number;
  readonly itemCount: number;
  /** Undefined when the events do not say what was ordered. */
  readonly lines: readonly OrderLine[] | undefined;
  readonly currency: string;
  /** Set by the tally when an event with the order has been received. */
  seen: boolean;
}

/**
 * Which time the warehouse must give an event.
 *
 * - `given`: the event carries this time, and it is plausible
 * - `corrected`: the clock is off, but `sentAt` tells by how much: the receipt less the time from the event to the sending
 * - `replaced`: the event carries a time that cannot be, so it gets the time of receipt
 * - `missing`: the event carries no time, so it gets the time of receipt
 */
export type TimeFacts =
  | { readonly rule: 'given'; readonly at_ms: number }
  | { readonly rule: 'corrected'; readonly untilSent_ms: number }
  | { readonly rule: 'replaced' | 'missing' };

/** An event that ingest accepts. An event without an eventId is never sent twice, so one of these is one event. */
export interface EventFacts {
  readonly name: EventName;
  /** Kept by the warehouse, or rejected by it. */
  readonly fate: 'kept' | 'rejected';
  readonly time: TimeFacts;
  readonly visitor: VisitorFacts | undefined;
  readonly session: SessionFacts | undefined;
  /** Undefined when only the ingest or the warehouse gives one; no two such events happen at one time. */
  readonly id: string | undefined;
  readonly userId: string | undefined;
  /** Undefined when a server reports the event. */
  readonly pageUrl: string | undefined;
  readonly referrer: string | undefined;
  /** Set where the event tells where its visitor came from. */
  readonly origin: Origin | undefined;
  readonly product: Product | undefined;
  /** The order that it places, refunds or cancels. */
  readonly order: OrderFacts | undefined;
  /** What a refund gives back; undefined when it is all, or when the event is no refund. */
  readonly refund_cents: number | undefined;
  /** Set by the tally when a record of the event has been received; from then on others are duplicates. */
  received: boolean;
}

/** The ways in which requests are not all alike; each is there to find a different mistake. */
export const ODDITIES = [
  'batch', // the body is an array
  'beacon', // sent as text/plain, as navigator.sendBeacon does
  'form_type', // sent as application/x-www-form-urlencoded, which API Gateway encodes in base64
  'snake_case', // the fields are named as a server-side sender names them
  'no_session_id', // a client id and no session id
  'user_only', // a user id and neither client id nor session id
  'no_identity', // none of the three
  'no_event_id', // ingest must add the eventId
  'text_event_id', // the eventId is no UUID
  'time_corrected', // the event carries sentAt; its clock is mostly wrong
  'time_replaced', // the clock is far off and there is no sentAt, or the time is no time
  'time_missing', // there is no time in the event
  'clock_slightly_off', // up to 4 minutes, which the warehouse must leave as it is
  'late', // received 31 to 100 minutes after it happened, after events that happened later
  'retry', // the same body once more
  'retry_next_hour', // the same body once more, received in a later hour than at first
  'return_visit', // a later session of a shopper seen before
  'timeout_pause', // a pause of exactly the session timeout: still the same session
  'timeout_return', // a return one millisecond after the session timeout: a new session
  'login', // the user id is there from this event on
  'server_echo', // a server-side event of a shopper whose tracker has a session
  'refund', // an order is given back in part
  'refund_all', // a refund that says no amount, so that all of it is given back
  'refund_again', // a second refund of an order; together they may be more than it came to
  'cancelled', // an order is cancelled
  'quick_buy', // from home to the checkout, without a cart
  'cart_from_list', // a product is added to the cart that was not viewed
  'second_campaign', // another campaign's link in the middle of a visit
  'paid_elsewhere', // back from a payment provider, which brought nobody
  'order_reload', // the page after the order is loaded again: a new event with the order of before
  'not_json', // refused by ingest
  'no_valid_event', // JSON, and refused by ingest
  'partly_valid', // ingest stores some elements of the array and reports the others
  'nul_in_text', // accepted by ingest, rejected by the warehouse: text cannot hold U+0000
  'long_id', // accepted by ingest, rejected by the warehouse: an id of over 512 bytes
] as const;

export type Oddity = (typeof ODDITIES)[number];

/** A request on its way: what is sent, and what is true of it. */
export interface PlannedRequest {
  /** When it is received, in epoch milliseconds. */
  readonly at_ms: number;
  readonly body: string;
  readonly contentType: string;
  readonly userAgent: string;
  readonly sourceIp: string;
  /** The events in it that ingest accepts, in the body's order; if there are none, it refuses the request. */
  readonly events: readonly EventFacts[];
  /** How many JSON values in it ingest does not accept as events; 0 when the body is no JSON. */
  readonly invalidEvents: number;
  readonly oddities: ReadonlySet<Oddity>;
}
