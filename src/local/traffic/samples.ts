import type { JsonObject } from '../../etl/pipeline/record.ts';
import type { EventName } from './facts.ts';
import { generateTraffic } from './generate.ts';

export interface SampleOptions {
  /** The same seed gives the same events. Default 1. */
  readonly seed?: number | string;
  /** Of each kind of event, by its name. Default 2. */
  readonly perKind?: number;
}

/** More traffic than it takes until every kind of event has come. */
const TRAFFIC = { hours: 4, shoppersPerHour: 200 } as const;

const KINDS = Object.keys({
  home_view: 1,
  category_view: 1,
  product_view: 1,
  search: 1,
  add_to_cart_click: 1,
  remove_from_cart: 1,
  checkout_start: 1,
  checkout_complete: 1,
  login: 1,
  page_view: 1,
  refund: 1,
  order_cancelled: 1,
} satisfies Record<EventName, 1>);

/**
 * A few events of each kind that a shop's senders send, as the ingest stores them, in the order in which they were
 * received. Among them are events in snake_case, orders, and senders whose clock is off.
 */
export function sampleEvents({ seed = 1, perKind = 2 }: SampleOptions = {}): JsonObject[] {
  const taken = new Map<string, number>();
  const samples: JsonObject[] = [];
  for (const { at_ms, body, expectedStatus, sourceIp, userAgent } of generateTraffic({ seed, ...TRAFFIC }).requests) {
    if (expectedStatus !== 200) continue;
    const receivedAt = new Date(at_ms).toISOString();
    for (const event of [JSON.parse(body) as unknown].flat()) {
      const name = nameOf(event);
      const before = name === undefined ? perKind : (taken.get(name) ?? 0);
      if (name === undefined || before >= perKind) continue;
      taken.set(name, before + 1);
      const stamp = { receivedAt, sourceIp, userAgent, method: 'POST', path: '/clickstream' };
      samples.push({ ...(event as JsonObject), _ingest: stamp });
    }
    if (KINDS.every((kind) => (taken.get(kind) ?? 0) >= perKind)) break;
  }
  return samples;
}

/** Undefined for what the ingest would not take, alone or among others. */
function nameOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null) return undefined;
  const { eventName, event_name } = event as { eventName?: unknown; event_name?: unknown };
  return [eventName, event_name].find((name): name is string => typeof name === 'string' && name.trim() !== '');
}
