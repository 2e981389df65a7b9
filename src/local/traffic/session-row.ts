import type { Product } from './catalogue.ts';
import { type EventFacts, type EventName, FUNNEL, type FunnelStep } from './facts.ts';
import type { Funnel, SessionProductTruth, SessionTruth } from './truth-rows.ts';

/** An event and when it happened. */
export interface Moment {
  readonly at_ms: number;
  readonly event: EventFacts;
}

/** What the shop's people call each event. */
const LABELS: Readonly<Record<EventName, string>> = {
  home_view: 'home',
  category_view: 'category',
  product_view: 'view',
  search: 'search',
  page_view: 'page',
  add_to_cart_click: 'cart',
  remove_from_cart: 'remove',
  checkout_start: 'checkout',
  checkout_complete: 'order',
  login: 'account',
  refund: 'refund',
  order_cancelled: 'cancel',
};

const PAGES: ReadonlySet<EventName> = new Set(['home_view', 'category_view', 'search', 'page_view', 'product_view']);
const STEPS = Object.keys(FUNNEL) as FunnelStep[];
const PATH_LENGTH = 8;

/** A session as its events make it, the orders left aside. There must be an event. */
export function sessionRow(
  visitorId: string,
  sessionId: string | undefined,
  events: readonly Moment[],
): Omit<SessionTruth, 'orders' | 'net_cents'> {
  const moments = events.toSorted(inOrder);
  const [first, last] = [moments[0]!, moments.at(-1)!];
  const pages = moments.flatMap(({ event }) => event.pageUrl ?? []);
  const times = (step: FunnelStep): number[] =>
    moments.flatMap(({ at_ms, event }) => (event.name === FUNNEL[step] ? at_ms : []));
  const steps_ms = { view: times('view'), cart: times('cart'), checkout: times('checkout'), order: times('order') };
  const furthest = STEPS.findLast((step) => steps_ms[step].length > 0);
  const labels = moments.map(({ event }) => LABELS[event.name]);
  return {
    visitorId,
    sessionId,
    start_ms: first.at_ms,
    end_ms: last.at_ms,
    events: moments.length,
    pageViews: moments.filter(({ event }) => PAGES.has(event.name)).length,
    productViews: steps_ms.view.length,
    carts: steps_ms.cart.length,
    userId: moments.findLast(({ event }) => event.userId !== undefined)?.event.userId,
    landingPage: withoutQuery(pages[0]),
    exitPage: withoutQuery(pages.at(-1)),
    referrer: moments.find(({ event }) => event.referrer !== undefined)?.event.referrer,
    origin: moments.find(({ event }) => event.origin !== undefined)?.event.origin,
    furthest,
    furthest_ms: furthest && steps_ms[furthest][0],
    funnel: funnelOf(steps_ms),
    steps_ms,
    path: labels.filter((label, at) => label !== labels[at - 1]).slice(0, PATH_LENGTH),
    products: productsOf(moments, steps_ms),
  };
}

/** The steps taken one after the other, each at or after the first time of the one before. */
export function funnelOf(steps_ms: Readonly<Record<FunnelStep, readonly number[]>>): Funnel {
  const at_ms: Partial<Record<FunnelStep, number>> = {};
  let reached_ms = -Infinity;
  for (const [taken, step] of STEPS.entries()) {
    const next_ms = Math.min(...steps_ms[step].filter((time_ms) => time_ms >= reached_ms));
    if (next_ms === Infinity) return { taken, at_ms };
    at_ms[step] = reached_ms = next_ms;
  }
  return { taken: STEPS.length, at_ms };
}

function productsOf(
  moments: readonly Moment[],
  steps_ms: Readonly<Record<FunnelStep, readonly number[]>>,
): SessionProductTruth[] {
  const products = new Map<Product, { view: number[]; cart: number[] }>();
  for (const { at_ms, event } of moments) {
    const step = event.name === FUNNEL.view ? 'view' : event.name === FUNNEL.cart ? 'cart' : undefined;
    if (!event.product || !step) continue;
    const own = products.get(event.product) ?? { view: [], cart: [] };
    own[step].push(at_ms);
    products.set(event.product, own);
  }
  return Array.from(products, ([product, own]) => {
    const { taken } = funnelOf({ ...steps_ms, ...own });
    return { product, views: own.view.length, carts: own.cart.length, taken };
  });
}

/** By time, then by id; events without one happen at times of their own. */
function inOrder(a: Moment, b: Moment): number {
  if (a.at_ms !== b.at_ms) return a.at_ms - b.at_ms;
  return (a.event.id ?? '') < (b.event.id ?? '') ? -1 : 1;
}

function withoutQuery(url: string | undefined): string | undefined {
  return url?.replace(/[?#].*$/, '');
}
