import { pickProduct } from './catalogue.ts';
import type { Oddity, SessionFacts } from './facts.ts';
import type { Random } from './random.ts';
import type { Shopper } from './shopper.ts';
import { type Action, type Entry, Walk } from './walk.ts';

/** The warehouse's session timeout that the traffic is made for: derived sessions are true for this one only. */
export const SESSION_TIMEOUT_MS = 30 * 60_000;

/** Everything a shopper does in one session. */
export interface Visit {
  readonly session: SessionFacts | undefined;
  readonly sessionId: string | undefined;
  readonly firstVisit: boolean;
  readonly actions: readonly Action[];
}

type Goal = 'bounce' | 'browse' | 'fill cart' | 'begin checkout' | 'buy' | 'buy at once' | 'buy from a list';

const GOALS: readonly (readonly [Goal, number])[] = [
  ['bounce', 24],
  ['browse', 43],
  ['fill cart', 14],
  ['begin checkout', 5],
  ['buy', 9],
  ['buy at once', 2],
  ['buy from a list', 3],
];

/**
 * Draws one visit. Most who reach a step of the funnel have been at all the steps before it. Some leave steps out, so that
 * a funnel in order of time and one that counts each step by itself come out differently.
 */
export function drawVisit(random: Random, shopper: Shopper, entry: Entry): Visit {
  const walk = new Walk(random, shopper, entry);
  walk.land();
  const goal = random.weighted(GOALS);
  // Whoever leaves out steps goes straight on from where they landed.
  const isQuick = goal === 'bounce' || goal === 'buy at once' || goal === 'buy from a list';
  if (!isQuick) for (let left = random.early(1, 20); left > 0; left -= 1) walk.wander();
  if (goal === 'buy at once') {
    walk.checkOut([{ product: pickProduct(random), quantity: 1 }], true, ['quick_buy']);
  } else if (goal === 'buy from a list') {
    walk.checkOut(walk.addFromList(), true);
  } else if (goal !== 'bounce' && goal !== 'browse') {
    const cart = walk.fillCart(random.weighted([[1, 6], [2, 3], [3, 1]])); // prettier-ignore
    if (goal !== 'fill cart') walk.checkOut(cart, goal === 'buy');
    else if (random.chance(0.3)) walk.does('remove_from_cart', '/cart', { product: cart[0]!.product, quantity: 1 });
    if (random.chance(0.3)) walk.wander();
  }
  const tracked = shopper.kind === 'tracked';
  const id = tracked ? `s-${random.uuid()}` : undefined;
  return {
    session:
      shopper.kind === 'unknown'
        ? undefined
        : { origin: tracked ? 'given' : 'derived', id, start_ms: undefined, reached: new Set() },
    sessionId: id,
    firstVisit: entry.number === 0 && !shopper.knownBefore,
    actions: withTimeoutPause(random, shopper, walk.actions),
  };
}

/** Whether the warehouse must give the shopper's events exactly the times at which they happened, or all the same shift. */
export function keepsExactTimes({ clock }: Shopper): boolean {
  return clock.kind === 'right';
}

/** Now and then stretches one pause to exactly the timeout, which must not yet begin a new session. */
function withTimeoutPause(random: Random, shopper: Shopper, actions: readonly Action[]): readonly Action[] {
  const derived = shopper.kind !== 'tracked' && shopper.kind !== 'unknown';
  if (!derived || !keepsExactTimes(shopper) || actions.length < 2 || !random.chance(0.06)) return actions;
  const place = random.int(1, actions.length - 1);
  const shift_ms = actions[place - 1]!.at_ms + SESSION_TIMEOUT_MS - actions[place]!.at_ms;
  return actions.map((action, position) => {
    if (position < place) return action;
    const oddities: readonly Oddity[] = position === place ? [...action.oddities, 'timeout_pause'] : action.oddities;
    return { ...action, at_ms: action.at_ms + shift_ms, oddities };
  });
}
