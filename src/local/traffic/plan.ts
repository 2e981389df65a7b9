import { deliverVisit, refusedRequest } from './delivery.ts';
import type { Oddity, PlannedRequest, SessionFacts } from './facts.ts';
import type { Random } from './random.ts';
import { drawShopper, type Shopper } from './shopper.ts';
import { drawRefusedBody } from './spoil.ts';
import { drawVisit, keepsExactTimes, SESSION_TIMEOUT_MS, type Visit } from './visit.ts';
import type { Action } from './walk.ts';

const MINUTE_MS = 60_000;

/** A stretch of time in which the shop is open: nothing is received outside of it. */
export interface Opening {
  readonly start_ms: number;
  readonly end_ms: number;
}

/**
 * All requests of one shopper, in no particular order, none received before `arrival_ms` or outside of the openings.
 *
 * @param serial which shopper of the traffic this is; no two may share one
 * @param openings those from the one that the shopper arrives in on, in order
 */
export function* planShopper(
  random: Random,
  serial: number,
  arrival_ms: number,
  openings: readonly Opening[],
): Generator<PlannedRequest, void, void> {
  const shopper = drawShopper(random, serial);
  // Not a shopper at all, but it comes as often as they do.
  if (random.chance(0.02)) yield refusedRequest(shopper, arrival_ms, drawRefusedBody(random));

  const visits = random.weighted([[1, 74], [2, 19], [3, 7]]); // prettier-ignore
  let [current, ...later] = openings as [Opening, ...Opening[]];
  let entry = { at_ms: arrival_ms, number: 0, loggedIn: shopper.loggedInFromStart, atTimeout: false };
  while (entry.number < visits && entry.at_ms < current.end_ms) {
    const visit = drawVisit(random, shopper, entry);
    yield* deliverVisit(random, shopper, visit, current.end_ms);
    const echo = drawServerEcho(random, shopper, visit);
    if (echo) yield* deliverVisit(random, echo.shopper, echo.visit, current.end_ms);
    const isLast = entry.number === visits - 1;
    const another = later.length > 0 && random.chance(0.6) ? random.pick(later) : undefined;
    for (const second of drawSecondThoughts(random, shopper, visit, isLast, another)) {
      yield* deliverVisit(random, second.shopper, second.visit, (another ?? current).end_ms);
    }

    const last = visit.actions.at(-1)!;
    const derived = visit.session?.origin === 'derived';
    const atTimeout = derived && keepsExactTimes(shopper) && random.chance(0.25);
    // Otherwise well over the timeout: an event without a usable clock gets the time at which its batch arrives, up to 5
    // minutes later, and the visits must be two even then.
    const pause_ms = atTimeout ? SESSION_TIMEOUT_MS + 1 : random.int(40 * MINUTE_MS, 130 * MINUTE_MS);
    let at_ms = last.at_ms + pause_ms;
    // Comes back another time, with the rest of the opening to send everything in.
    if (later.length > 0 && random.chance(0.5)) {
      [current, ...later] = later.slice(random.int(0, later.length - 1)) as [Opening, ...Opening[]];
      at_ms = random.int(current.start_ms, current.end_ms - 1);
      entry = { at_ms, number: entry.number + 1, loggedIn: last.loggedIn, atTimeout: false };
    } else {
      entry = { at_ms, number: entry.number + 1, loggedIn: last.loggedIn, atTimeout };
    }
  }
}

/**
 * The login as the shop's server reports it: the client id of a tracked shopper without the tracker's session id. Such
 * an event is a derived session beside the tracker's own. A shopper logs in once, so there are never two to be joined.
 */
function drawServerEcho(
  random: Random,
  shopper: Shopper,
  visit: Visit,
): { shopper: Shopper; visit: Visit } | undefined {
  const login = visit.actions.find(({ name }) => name === 'login');
  if (shopper.kind !== 'tracked' || !login || !random.chance(0.5)) return undefined;
  const action: Action = { ...login, at_ms: login.at_ms + random.int(40, 400), oddities: ['server_echo'] };
  return {
    shopper: asServer(shopper),
    visit: { session: newDerived(), sessionId: undefined, firstVisit: visit.firstVisit, actions: [action] },
  };
}

/**
 * What becomes of some orders an hour or some weeks later, as the shop's server reports it: most of it by the order's number alone, some
 * with a tracked shopper's client id, which makes a derived session of it. It does so after the shopper's last visit only,
 * longer than the timeout after whatever else it told of them.
 */
function* drawSecondThoughts(
  random: Random,
  shopper: Shopper,
  visit: Visit,
  isLast: boolean,
  later: Opening | undefined,
): Generator<{ shopper: Shopper; visit: Visit }, void, void> {
  const order = visit.actions.find((action) => action.order !== undefined)?.order;
  if (!order || !random.chance(0.5)) return;
  let at_ms = later ? random.int(later.start_ms, later.end_ms - 1) : visit.actions.at(-1)!.at_ms;
  let left = random.chance(0.25) ? 2 : 1;
  let oddity: Oddity | undefined;
  for (; left > 0; left -= 1) {
    if (!later || oddity) at_ms += random.int(35 * MINUTE_MS, 60 * MINUTE_MS);
    const kind = random.weighted([['part', 5], ['all', 2], ['cancel', 3]] as const); // prettier-ignore
    oddity = oddity ? 'refund_again' : kind === 'part' ? 'refund' : kind === 'all' ? 'refund_all' : 'cancelled';
    const action: Action = {
      at_ms,
      name: kind === 'cancel' ? 'order_cancelled' : 'refund',
      pageUrl: undefined,
      referrer: undefined,
      origin: undefined,
      loggedIn: false,
      product: undefined,
      quantity: undefined,
      searchQuery: undefined,
      order,
      refund_cents: kind === 'part' ? random.int(1, order.total_cents) : undefined,
      oddities: [oddity],
    };
    const named = isLast && !later && shopper.kind === 'tracked' && random.chance(0.3);
    const server = asServer(shopper);
    yield {
      shopper: named ? server : { ...server, visitor: undefined, clientId: undefined },
      visit: { session: named ? newDerived() : undefined, sessionId: undefined, firstVisit: false, actions: [action] },
    };
  }
}

function newDerived(): SessionFacts {
  return { origin: 'derived', id: undefined, start_ms: undefined, reached: new Set() };
}

/** The shop's server as it speaks of a shopper. */
function asServer(shopper: Shopper): Shopper {
  return {
    ...shopper,
    kind: 'server',
    clock: { kind: 'right', skew_ms: 0, format: 'iso' },
    batching: false,
    contentType: 'application/json',
    userAgent: 'lindenladen-shop/4.2',
  };
}
