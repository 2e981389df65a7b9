import { deliverVisit, refusedRequest } from './delivery.ts';
import type { PlannedRequest } from './facts.ts';
import type { Random } from './random.ts';
import { drawShopper, type Shopper } from './shopper.ts';
import { drawRefusedBody } from './spoil.ts';
import { drawVisit, keepsExactTimes, SESSION_TIMEOUT_MS, type Visit } from './visit.ts';
import type { Action } from './walk.ts';

const MINUTE_MS = 60_000;

/**
 * All requests of one shopper, in no particular order, none received before `arrival_ms` or from `end_ms` on.
 *
 * @param serial which shopper of the traffic this is; no two may share one
 */
export function* planShopper(
  random: Random,
  serial: number,
  arrival_ms: number,
  end_ms: number,
): Generator<PlannedRequest, void, void> {
  const shopper = drawShopper(random, serial);
  // Not a shopper at all, but it comes as often as they do.
  if (random.chance(0.02)) yield refusedRequest(shopper, arrival_ms, drawRefusedBody(random));

  const visits = random.weighted([[1, 74], [2, 19], [3, 7]]); // prettier-ignore
  let entry = { at_ms: arrival_ms, number: 0, loggedIn: shopper.loggedInFromStart, atTimeout: false };
  while (entry.number < visits && entry.at_ms < end_ms) {
    const visit = drawVisit(random, shopper, entry);
    yield* deliverVisit(random, shopper, visit, end_ms);
    const echo = drawServerEcho(random, shopper, visit);
    if (echo) yield* deliverVisit(random, echo.shopper, echo.visit, end_ms);

    const last = visit.actions.at(-1)!;
    const derived = visit.session?.origin === 'derived';
    const atTimeout = derived && keepsExactTimes(shopper) && random.chance(0.25);
    // Otherwise well over the timeout: an event without a usable clock gets the time at which its batch arrives, up to 5
    // minutes later, and the visits must be two even then.
    const pause_ms = atTimeout ? SESSION_TIMEOUT_MS + 1 : random.int(40 * MINUTE_MS, 130 * MINUTE_MS);
    entry = { at_ms: last.at_ms + pause_ms, number: entry.number + 1, loggedIn: last.loggedIn, atTimeout };
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
    shopper: {
      ...shopper,
      kind: 'server',
      clock: { kind: 'right', skew_ms: 0, format: 'iso' },
      batching: false,
      contentType: 'application/json',
      userAgent: 'lindenladen-shop/4.2',
    },
    visit: {
      session: { origin: 'derived', start_ms: undefined, reached: new Set() },
      sessionId: undefined,
      firstVisit: visit.firstVisit,
      actions: [action],
    },
  };
}
