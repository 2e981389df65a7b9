import { describe, expect, it } from 'vitest';
import { type Product, PRODUCTS } from './catalogue.ts';
import type { EventFacts, OrderFacts, PlannedRequest, SessionFacts } from './facts.ts';
import { Tally } from './tally.ts';

const START_MS = Date.UTC(2025, 11, 6, 5);
const minute = (minutes: number) => START_MS + minutes * 60_000;

function event(facts: Partial<EventFacts>): EventFacts {
  const time = { rule: 'given', at_ms: minute(10) } as const;
  const nobody = { id: undefined, visitor: undefined, session: undefined, userId: undefined };
  const nothing = { product: undefined, order: undefined, refund_cents: undefined };
  const nowhere = { pageUrl: undefined, referrer: undefined, origin: undefined };
  return { name: 'page_view', fate: 'kept', time, ...nobody, ...nothing, ...nowhere, received: false, ...facts };
}

function received(at_ms: number, events: readonly EventFacts[], invalidEvents = 0): PlannedRequest {
  const sender = { contentType: 'application/json', userAgent: 'test', sourceIp: '192.0.2.1' };
  return { at_ms, body: '', ...sender, events, invalidEvents, oddities: new Set() };
}

function session(origin: SessionFacts['origin']): SessionFacts {
  return { origin, id: undefined, start_ms: undefined, reached: new Set() };
}

describe('the tally', () => {
  it('counts a small morning as one does by hand', () => {
    const tally = new Tally([{ start_ms: START_MS, end_ms: minute(60 * 2) }]);
    const visitor = { id: 'c:1', seen: false };
    const [lamp, pan] = PRODUCTS as [Product, Product];
    const visit = session('given');
    const order: OrderFacts = {
      ...{ id: 'A-1', total_cents: 1999, itemCount: 2, lines: undefined, currency: 'EUR', seen: false },
    };
    const view = event({ name: 'product_view', visitor, session: visit, product: lamp });
    const cart = event({ name: 'add_to_cart_click', visitor, session: visit, product: lamp });
    const begun = event({ name: 'checkout_start', visitor, session: visit });
    const done = event({ name: 'checkout_complete', visitor, session: visit, order, time: { rule: 'missing' } });
    const reload = event({ name: 'checkout_complete', visitor, session: visit, order, time: { rule: 'replaced' } });
    const stranger = event({
      name: 'product_view',
      product: pan,
      time: { rule: 'corrected', untilSent_ms: 600_000 },
    });
    const poison = event({ fate: 'rejected' });

    tally.receive(received(minute(11), [view]));
    tally.receive(received(minute(12), [cart, begun, poison], 1)); // partly valid
    tally.receive(received(minute(13), [], 2)); // refused
    tally.receive(received(minute(58), [done]));
    tally.receive(received(minute(61), [done, reload])); // the first a duplicate, the second the same order
    tally.receive(received(minute(62), [stranger, poison])); // happened at minute 52

    const truth = tally.truth();
    expect(truth.hours).toEqual([
      {
        hour_ms: START_MS,
        hour: '2025-12-06T05:00:00Z',
        prefix: 'events/2025/12/06/05/',
        ...{ requests: 4, stored: 3, refused: 1, sent: 8, accepted: 5, invalid: 3 },
        ...{ distinct: 4, duplicates: 0, rejected: 1, orders: 1, revenue_cents: { EUR: 1999 } },
      },
      {
        hour_ms: START_MS + 3_600_000,
        hour: '2025-12-06T06:00:00Z',
        prefix: 'events/2025/12/06/06/',
        ...{ requests: 2, stored: 2, refused: 0, sent: 4, accepted: 4, invalid: 0 },
        ...{ distinct: 2, duplicates: 1, rejected: 1, orders: 0, revenue_cents: {} },
      },
    ]);
    expect(truth.total).toMatchObject({ requests: 6, accepted: 9, distinct: 6, duplicates: 1, rejected: 2, orders: 1 });
    expect(truth.activity).toEqual([
      {
        hour_ms: START_MS,
        hour: '2025-12-06T05:00:00Z',
        events: 5,
        sessionsStarted: 1,
        orders: 1,
        revenue_cents: { EUR: 1999 },
      },
      {
        hour_ms: minute(60),
        hour: '2025-12-06T06:00:00Z',
        events: 1,
        sessionsStarted: 0,
        orders: 0,
        revenue_cents: {},
      },
    ]);
    expect(truth).toMatchObject({
      visitors: 1,
      sessions: { given: 1, derived: 0, total: 1 },
      funnel: { view: 1, cart: 1, checkout: 1, order: 1 },
      withoutSession: { events: 1, orders: 0, revenue_cents: {} },
      products: [
        { productId: lamp.id, views: 1, carts: 1 },
        { productId: pan.id, views: 1, carts: 0 },
      ],
      times: { given: 3, corrected: 1, replaced: 1, missing: 1 },
    });
  });

  it('moves a session to an earlier hour when a late event shows that it began there', () => {
    const tally = new Tally([{ start_ms: START_MS, end_ms: minute(60 * 2) }]);
    const visit = session('derived');
    const visitor = { id: 'c:1', seen: false };
    const at = (minutes: number) => event({ visitor, session: visit, time: { rule: 'given', at_ms: minute(minutes) } });
    tally.receive(received(minute(62), [at(62)]));
    expect(tally.truth().activity.map(({ sessionsStarted }) => sessionsStarted)).toEqual([1]);
    tally.receive(received(minute(100), [at(50)]));
    expect(tally.truth().activity.map(({ sessionsStarted }) => sessionsStarted)).toEqual([1, 0]);
    expect(tally.truth().sessions).toEqual({ given: 0, derived: 1, total: 1 });
  });

  it('gives each truth as it was at the time', () => {
    const tally = new Tally([{ start_ms: START_MS, end_ms: minute(60 * 1) }]);
    const before = tally.truth();
    tally.receive(received(minute(1), [event({})]));
    expect([before.total.requests, tally.truth().total.requests]).toEqual([0, 1]);
  });
});
