import { type ComposedEvent, composeEvent, type Json } from './event.ts';
import type { Oddity } from './facts.ts';
import type { Random } from './random.ts';
import type { Shopper } from './shopper.ts';
import type { Visit } from './visit.ts';
import type { Action } from './walk.ts';

/** Values that are no events, as they turn up among good ones in an array. */
const NO_EVENTS: readonly unknown[] = [
  null,
  'page_view',
  [],
  { pageUrl: 'https://www.lindenladen.example/' },
  { eventName: '', clientId: 'c-0' },
];

/** Something in an array that ingest reports and does not store. */
export function drawNoEvent(random: Random): unknown {
  return random.pick(NO_EVENTS);
}

/** A whole body that ingest refuses. */
export interface RefusedBody {
  readonly body: string;
  readonly contentType: string;
  /** How many JSON values it holds that might have been events. */
  readonly invalidEvents: number;
  readonly oddity: Oddity;
}

const REFUSED: readonly RefusedBody[] = [
  { body: '', contentType: 'application/json', invalidEvents: 0, oddity: 'not_json' },
  { body: 'ping', contentType: 'text/plain', invalidEvents: 0, oddity: 'not_json' },
  { body: '<methodCall/>', contentType: 'text/xml', invalidEvents: 0, oddity: 'not_json' },
  {
    body: 'eventName=page_view',
    contentType: 'application/x-www-form-urlencoded',
    invalidEvents: 0,
    oddity: 'not_json',
  },
  { body: '[]', contentType: 'application/json', invalidEvents: 0, oddity: 'no_valid_event' },
  { body: '{}', contentType: 'application/json', invalidEvents: 1, oddity: 'no_valid_event' },
  { body: '{"eventName":""}', contentType: 'application/json', invalidEvents: 1, oddity: 'no_valid_event' },
  { body: '[{"pageUrl":"/"},null]', contentType: 'application/json', invalidEvents: 2, oddity: 'no_valid_event' },
];

/** What scanners and half-finished integrations post. */
export function drawRefusedBody(random: Random): RefusedBody {
  return random.pick(REFUSED);
}

/** A body whose connection broke off: the beginning of a JSON object or array is never JSON itself. */
export function truncated(random: Random, body: string): RefusedBody {
  const kept = body.slice(0, random.int(1, body.length - 1));
  return { body: kept, contentType: 'application/json', invalidEvents: 0, oddity: 'not_json' };
}

/**
 * An event that ingest accepts and the warehouse must reject. It comes on top of what the shopper does, never in its
 * place: without an event from its middle, a derived session could be two.
 */
export function composePoison(
  random: Random,
  shopper: Shopper,
  visit: Visit,
  last: Action,
  sent_ms: number,
): ComposedEvent {
  const action: Action = {
    ...last,
    name: 'page_view',
    product: undefined,
    quantity: undefined,
    order: undefined,
    refund_cents: undefined,
    oddities: [],
  };
  const { json, facts } = composeEvent(random, shopper, visit, action, sent_ms);
  const [spoiled, oddity] = spoil(random, json, shopper.kind === 'server');
  return {
    json: spoiled,
    facts: { ...facts, fate: 'rejected', visitor: undefined, session: undefined },
    oddities: [oddity],
  };
}

function spoil(random: Random, json: Json, snakeCase: boolean): [Json, Oddity] {
  if (random.chance(0.5))
    return [{ ...json, [snakeCase ? 'page_url' : 'pageUrl']: 'https://www.lindenladen.example/\0' }, 'nul_in_text'];
  const name = snakeCase ? random.pick(['event_id', 'client_id']) : random.pick(['eventId', 'clientId', 'sessionId']);
  // One of the two is too long in bytes only: 300 letters that take two bytes each.
  const filler = random.chance(0.5) ? 'x'.repeat(513) : 'é'.repeat(300);
  return [{ ...json, [name]: filler }, 'long_id'];
}
