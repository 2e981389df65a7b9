import type { JsonObject } from '../etl/pipeline/record.ts';
import type { Random } from '../local/traffic/random.ts';
import { EDGE_TEXTS, hostileObject } from './typed-values.ts';

/** Events that hold next to nothing, or nothing as it should be. */
export const ODD_EVENTS: readonly JsonObject[] = [
  {},
  hostileObject() as JsonObject,
  { eventName: null, product: null, element: null, _ingest: null },
  { eventName: 7, clientId: 8, userId: true, sessionId: 1e21, eventId: 9, pageUrl: 3, referrer: false },
  { eventName: [], product: [], element: [], clientId: [], userId: {}, sessionId: {}, pageUrl: {}, referrer: [null] },
  { eventName: {}, product: 'lamp', element: 'BUTTON', _ingest: 'now', currency: 7, orderId: [], orderTotal: {} },
  { eventName: '', product: {}, element: { dataset: 'x' }, eventTimestamp: {}, sentAt: [], isFirstVisit: 'maybe' },
  { eventName: 'checkout_complete', product: { id: {}, price: [], category: 0 }, orderTotal: 'NaN', itemCount: -1.5 },
  { eventName: 'product_view', product: hostileObject(), element: { dataset: hostileObject() } },
];

const deep = (levels: number): unknown =>
  Array.from({ length: levels }).reduce<unknown>((inner) => (levels % 2 ? [inner] : { a: inner }), null);

/** Values that may stand in place of any other. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 1.5, 1e308, -1e308, 5e-324, 2 ** 53, Infinity, -Infinity],
  ...[[], {}, [null], [[]], [{}], { '': '' }, { length: 3 }, hostileObject()],
  ...[deep(450), deep(451), Array.from({ length: 2_000 }, (_, at) => at)],
];

/** An event with one of its values, at any depth, replaced by something else. */
export function spoiled(event: JsonObject, random: Random): JsonObject {
  const keys = Object.keys(event);
  if (keys.length === 0) return { [random.hex(4)]: hostileValue(random) };
  const key = random.pick(keys);
  const value = event[key];
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return {
    ...event,
    [key]: isObject && random.chance(0.7) ? spoiled(value as JsonObject, random) : hostileValue(random),
  };
}

/** An event with each of its own values replaced, one at a time, a few times over. */
export function spoiledEverywhere(event: JsonObject, random: Random): JsonObject[] {
  return Object.keys(event).flatMap((key) =>
    Array.from({ length: 4 }, () => ({ ...event, [key]: hostileValue(random) })),
  );
}

function hostileValue(random: Random): unknown {
  return random.chance(0.5) ? random.pick(EDGE_TEXTS) : random.pick(VALUES);
}
