import { HOUR_MS } from './arrivals.ts';
import { type ComposedEvent, composeEvent } from './event.ts';
import type { Oddity, PlannedRequest } from './facts.ts';
import type { Random } from './random.ts';
import type { Shopper } from './shopper.ts';
import { composePoison, drawNoEvent, type RefusedBody, truncated } from './spoil.ts';
import type { Visit } from './visit.ts';
import type { Action } from './walk.ts';

const MINUTE_MS = 60_000;

/** Some of a visit's actions on their way, in one request. */
interface Parcel {
  readonly actions: readonly Action[];
  readonly sent_ms: number;
  readonly asArray: boolean;
  readonly beacon: boolean;
}

/**
 * The requests that carry a visit, with everything that goes wrong on the way. Nothing is received from `end_ms` on: of
 * what a shopper sends, only the last events can be missing, so no session is cut in two.
 */
export function deliverVisit(random: Random, shopper: Shopper, visit: Visit, end_ms: number): PlannedRequest[] {
  const requests: PlannedRequest[] = [];
  let last_ms = 0;
  for (const parcel of parcels(random, shopper, visit.actions)) {
    const latency_ms = random.early(15, 1500);
    // A request that overtook the one before could be in time when that one is not.
    const onTime_ms = Math.max(parcel.sent_ms + latency_ms, last_ms + 1);
    if (onTime_ms >= end_ms) break;
    last_ms = onTime_ms;
    const delay_ms = drawDelay(random, shopper, parcel, onTime_ms, end_ms);
    const sent_ms = parcel.sent_ms + delay_ms;
    const request = compose(random, shopper, visit, { ...parcel, sent_ms }, onTime_ms + delay_ms);
    if (delay_ms > 0) request.oddities.add('late');
    requests.push(...withMishaps(random, shopper, visit, request, sent_ms));
    if (shopper.kind === 'server' || !shopper.withoutEventIds) requests.push(...retries(random, request, end_ms));
  }
  return requests;
}

function* parcels(random: Random, shopper: Shopper, actions: readonly Action[]): Generator<Parcel, void, void> {
  if (!shopper.batching) {
    for (const action of actions) {
      const beacon = shopper.kind !== 'server' && random.chance(0.08);
      yield { actions: [action], sent_ms: action.at_ms + random.int(0, 20), asArray: false, beacon };
    }
    return;
  }
  let waiting: Action[] = [];
  let limit = 0;
  let due_ms = 0;
  for (const action of actions) {
    if (waiting.length > 0 && action.at_ms > due_ms) {
      yield { actions: waiting, sent_ms: due_ms, asArray: true, beacon: false };
      waiting = [];
    }
    if (waiting.length === 0) {
      limit = random.int(2, 20);
      due_ms = action.at_ms + random.int(20_000, 5 * MINUTE_MS);
    }
    waiting.push(action);
    if (waiting.length < limit) continue;
    yield { actions: waiting, sent_ms: action.at_ms, asArray: true, beacon: false };
    waiting = [];
  }
  // The page is left: what still waits goes out as a beacon.
  const last_ms = actions.at(-1)?.at_ms ?? 0;
  if (waiting.length > 0) {
    yield { actions: waiting, sent_ms: Math.min(due_ms, last_ms + random.int(500, 5000)), asArray: true, beacon: true };
  }
}

/** How long a request waits in a device that is offline: mostly not at all. */
function drawDelay(random: Random, { clock }: Shopper, { actions }: Parcel, onTime_ms: number, end_ms: number): number {
  if (!random.chance(0.015)) return 0;
  const delay_ms = random.int(31 * MINUTE_MS, 100 * MINUTE_MS);
  // With another clock the late events would get the time of receipt, far from their session. An order stays on time,
  // so that of two events with the same order the earlier one is received first.
  const keepsTime = clock.kind === 'right' || clock.kind === 'sent_at';
  const hasOrder = actions.some(({ order }) => order !== undefined);
  return keepsTime && !hasOrder && onTime_ms + delay_ms < end_ms ? delay_ms : 0;
}

type OpenRequest = PlannedRequest & { readonly oddities: Set<Oddity> };

function compose(random: Random, shopper: Shopper, visit: Visit, parcel: Parcel, at_ms: number): OpenRequest {
  const { actions, sent_ms } = parcel;
  const composed = actions.map((action) => composeEvent(random, shopper, visit, action, sent_ms));
  const oddities = new Set(composed.flatMap((event) => event.oddities));
  let elements: readonly unknown[] = composed.map(({ json }) => json);
  let asArray = parcel.asArray;
  let invalidEvents = 0;
  if (random.chance(0.006)) {
    invalidEvents = random.int(1, 2);
    for (let left = invalidEvents; left > 0; left -= 1) {
      elements = elements.toSpliced(random.int(0, elements.length), 0, drawNoEvent(random));
    }
    oddities.add('partly_valid');
    asArray = true;
  }
  if (asArray) oddities.add('batch');
  if (parcel.beacon) oddities.add('beacon');
  else if (shopper.contentType.includes('form')) oddities.add('form_type');
  return {
    at_ms,
    body: JSON.stringify(asArray ? elements : elements[0]),
    contentType: parcel.beacon ? 'text/plain;charset=UTF-8' : shopper.contentType,
    userAgent: shopper.userAgent,
    sourceIp: shopper.sourceIp,
    events: composed.map(({ facts }) => facts),
    invalidEvents,
    oddities,
  };
}

/** The request, and now and then one before it that breaks off or carries an event the warehouse must reject. */
function* withMishaps(
  random: Random,
  shopper: Shopper,
  visit: Visit,
  request: PlannedRequest,
  sent_ms: number,
): Generator<PlannedRequest, void, void> {
  if (random.chance(0.004)) yield refusedRequest(shopper, request.at_ms, truncated(random, request.body));
  const last = visit.actions.at(-1);
  if (last && random.chance(0.006)) {
    yield poisonRequest(shopper, request, composePoison(random, shopper, visit, { ...last, at_ms: sent_ms }, sent_ms));
  }
  yield request;
}

function poisonRequest(
  shopper: Shopper,
  { at_ms }: PlannedRequest,
  { json, facts, oddities }: ComposedEvent,
): PlannedRequest {
  return {
    at_ms,
    body: JSON.stringify(json),
    contentType: shopper.contentType,
    userAgent: shopper.userAgent,
    sourceIp: shopper.sourceIp,
    events: [facts],
    invalidEvents: 0,
    oddities: new Set(oddities),
  };
}

/** A request that ingest refuses. */
export function refusedRequest(shopper: Shopper, at_ms: number, refused: RefusedBody): PlannedRequest {
  return {
    at_ms,
    body: refused.body,
    contentType: refused.contentType,
    userAgent: shopper.userAgent,
    sourceIp: shopper.sourceIp,
    events: [],
    invalidEvents: refused.invalidEvents,
    oddities: new Set([refused.oddity]),
  };
}

/** How often a request is sent again, in percent. */
const COPIES: readonly (readonly [copies: number, weight: number])[] = [
  [0, 97.5],
  [1, 2],
  [2, 0.5],
];

/** The same body again, received later: the sender had no answer in time, or the tab was closed and opened again. */
function* retries(random: Random, request: PlannedRequest, end_ms: number): Generator<PlannedRequest, void, void> {
  const untilNextHour_ms = HOUR_MS - (request.at_ms % HOUR_MS);
  const delays: number[] = [];
  if (untilNextHour_ms < 2 * MINUTE_MS && random.chance(0.2)) delays.push(untilNextHour_ms + random.int(0, MINUTE_MS));
  for (let copies = random.weighted(COPIES); copies > 0; copies -= 1) {
    delays.push(random.chance(0.7) ? random.early(1000, MINUTE_MS) : random.int(5 * MINUTE_MS, 70 * MINUTE_MS));
  }
  for (const delay_ms of delays) {
    const at_ms = request.at_ms + delay_ms;
    if (at_ms >= end_ms) continue;
    const oddity = delay_ms < untilNextHour_ms ? 'retry' : 'retry_next_hour';
    yield { ...request, at_ms, oddities: new Set([...request.oddities, oddity]) };
  }
}
