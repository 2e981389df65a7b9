import { Random } from '../../src/local/traffic/random.ts';
import type { TestEvent } from '../support/bucket.ts';
import type { StoredRecord } from '../support/mixed-hour.ts';
import { hourStart_ms } from './objects.ts';
import { ODD } from './odd.ts';

const MINUTE_MS = 60_000;
const TIMEOUT_MS = 30 * MINUTE_MS;

/** Visitors are few, so that they meet: in sessions, in batches, and in runs at once. `v1` is a client and a user. */
const VISITORS: readonly TestEvent[] = [
  { clientId: 'v1' },
  { userId: 'v1' },
  { clientId: 'v2', userId: 'v1' },
  { clientId: 'v3' },
];

const CAMPAIGN = '?utm_source=mail&utm_medium=email&utm_campaign=spring';

const BAD_LINES: readonly StoredRecord[] = [
  { text: '{"eventName":"product_view","pageUrl', code: 'syntax_error' },
  { text: '42', code: 'not_an_object' },
  { text: 'null', code: 'not_an_object' },
];

const UNFIT: readonly TestEvent[] = [
  { userId: 'x'.repeat(513) },
  { pageUrl: 'https://shop.example/\0' },
  { sessionId: 's'.repeat(600) },
  { referrer: 'half \ud83d' },
];

/**
 * What visitors did so far, to make more of: new events, records of old ones received earlier or later, pauses that are
 * just short enough or just too long for one session, and pieces that are no events.
 */
export class Traffic {
  /** All records with ids of their own, any of which may come again. */
  readonly #records: TestEvent[] = [];
  /** No two records are received at one moment, since the contract lets their hashes decide then. */
  readonly #receipts = new Set<number>();
  /** Moments of events, which others are placed by. */
  readonly #moments: { readonly visitor: TestEvent; readonly at_ms: number }[] = [];
  #number = 0;

  /** Records to be stored in an hour. */
  records(random: Random, hour: number, count: number): StoredRecord[] {
    return Array.from({ length: count }, () => this.#record(random, hour));
  }

  /** What a client sends: events without what ingest adds. */
  sent(random: Random, hour: number, count: number): TestEvent[] {
    return Array.from({ length: count }, () => {
      const { _ingest, ...event } = this.#event(random, hour);
      return event;
    });
  }

  /** A moment of receipt in an hour at which no other record was received. */
  receipt_ms(random: Random, hour: number): number {
    for (;;) {
      const at_ms = hourStart_ms(hour) + random.int(0, 3_599_999);
      if (this.#receipts.has(at_ms)) continue;
      this.#receipts.add(at_ms);
      return at_ms;
    }
  }

  #record(random: Random, hour: number): StoredRecord {
    const kind = random.fraction();
    if (kind < 0.05) return random.pick(BAD_LINES);
    const known = this.#records.length > 0;
    if (known && kind < 0.13) return { event: random.pick(this.#records) };
    if (known && kind < 0.3) return { event: this.#another(random, hour) };
    if (known && kind < 0.34) return { event: unfit(this.#another(random, hour), random) };
    if (kind < 0.38) return { event: unfit(this.#event(random, hour), random) };
    if (kind < 0.41) return { event: this.#nameless(random, hour) };
    const event = this.#event(random, hour);
    this.#records.push(event);
    return { event };
  }

  #event(random: Random, hour: number): TestEvent {
    this.#number += 1;
    const received_ms = this.receipt_ms(random, hour);
    const visitor = random.chance(0.95) ? random.pick(VISITORS) : {};
    const id = random.uuid();
    return {
      eventId: random.chance(0.1) ? id.toUpperCase() : id,
      eventName: random.pick(['product_view', 'add_to_cart', 'checkout_start', 'purchase', 'refund']),
      ...visitor,
      ...(random.chance(0.2) ? { sessionId: `s-${random.int(1, 3)}` } : {}),
      ...this.#time(random, visitor, received_ms),
      pageUrl: `https://shop.example/p/${this.#number}${random.chance(0.1) ? CAMPAIGN : ''}`,
      ...(random.chance(0.1) ? { referrer: 'https://www.google.de/' } : {}),
      ...(random.chance(0.5) ? { product: { id: `sku-${random.int(1, 9)}`, price: 19.9, color: 'röd\t"\\' } } : {}),
      ...(random.chance(0.3) ? order(random) : {}),
      ...(random.chance(0.2) ? ODD : {}),
      _ingest: { receivedAt: new Date(received_ms).toISOString(), sourceIp: '203.0.113.9' },
    };
  }

  /** Another record of an old event: of anybody, at any time, and received before or after the others. */
  #another(random: Random, hour: number): TestEvent {
    const { eventId } = random.pick(this.#records);
    const event = { ...this.#event(random, hour), eventId };
    this.#records.push(event);
    return event;
  }

  /** An event without an id. It keeps out of the derived sessions, which may be named after it. */
  #nameless(random: Random, hour: number): TestEvent {
    const { eventId, ...event } = this.#event(random, hour);
    return { ...event, sessionId: 's-1', mark: eventId };
  }

  #time(random: Random, visitor: TestEvent, received_ms: number): TestEvent {
    const own = this.#moments.filter((one) => one.visitor === visitor && one.at_ms <= received_ms + 5 * MINUTE_MS);
    let at_ms = received_ms - random.int(0, 180 * MINUTE_MS);
    if (own.length > 0 && random.chance(0.6)) {
      const { at_ms: near_ms } = random.pick(own);
      const gap_ms = TIMEOUT_MS + random.pick([-1, 0, 1, 0, -TIMEOUT_MS, -5 * MINUTE_MS, 5 * MINUTE_MS]);
      at_ms = near_ms + (random.chance(0.5) && near_ms + gap_ms <= received_ms ? gap_ms : -gap_ms);
    }
    this.#moments.push({ visitor, at_ms });
    if (random.chance(0.05)) return { eventTimestamp: '2031-01-01T00:00:00Z' };
    if (random.chance(0.1)) {
      const off_ms = random.int(-90, 90) * MINUTE_MS;
      return { eventTimestamp: at_ms + off_ms, sentAt: received_ms + off_ms };
    }
    return { eventTimestamp: random.chance(0.5) ? at_ms : new Date(at_ms).toISOString() };
  }
}

/** One of few, so that orders come in several events, of several sessions, and are refunded. */
function order(random: Random): TestEvent {
  const orderTotal = random.pick(['17.50', '9.99', '0', undefined]);
  const items = [{ item_id: 'sku-1', item_category: 'c', price: 4.75, quantity: random.int(1, 3) }];
  return {
    orderId: `o-${random.int(1, 6)}`,
    ...(orderTotal === undefined ? {} : { orderTotal }),
    currency: random.pick(['EUR', 'CHF']),
    ...(random.chance(0.5) ? { items } : {}),
  };
}

/** A record that cannot be loaded, whatever transforms think of it. */
function unfit({ experiment: _odd, ...event }: TestEvent, random: Random): TestEvent {
  return { ...event, ...random.pick(UNFIT) };
}
