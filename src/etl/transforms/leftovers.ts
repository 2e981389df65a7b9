import type { JsonObject } from '../pipeline/record.ts';
import { asInstant } from './time.ts';
import { canonicalUuid } from '../pipeline/uuid.ts';
import { asBoolean, asInteger, asNumeric, asObject, asText } from './values.ts';

/** The columns that decide what is left over: any value that one of them holds need not be kept twice. */
export interface HeldValues {
  readonly event_id: string;
  readonly event_timestamp: number;
  readonly event_name: string;
  readonly user_id: string | null;
  readonly client_id: string | null;
  readonly session_id: string | null;
  readonly session_derived: boolean;
  readonly user_login_state: string | null;
  readonly identity_source: string | null;
  readonly is_first_visit: boolean | null;
  readonly product_id: string | null;
  readonly product_name: string | null;
  readonly product_category: string | null;
  readonly product_brand: string | null;
  readonly product_price: number | string | null;
  readonly product_discount_price: number | string | null;
  readonly product_url_path: string | null;
  readonly page_url: string | null;
  readonly referrer: string | null;
  readonly order_id: string | null;
  readonly order_total: number | string | null;
  readonly item_count: number | null;
  readonly currency: string | null;
}

/** Whether a column holds a client's value, so that it could be read back from the row. */
type Held = (row: HeldValues, value: unknown) => boolean;

/**
 * Held is what becomes the column's value; most texts are that value. What becomes null fits no column, even if the
 * column is null as well.
 */
function isHeld(value: unknown, column: unknown, asColumn: (value: unknown) => unknown): boolean {
  return column !== null && (value === column || asColumn(value) === column);
}

// Each names its column, which V8 reads faster than one whose name is in a variable.
const EVENT_KEYS = new Map<string, Held>([
  // What the ingest added: the receipt time is a column, and the rest is nobody's but the operator's. It always adds an
  // object, so anything else under this name is some client's own.
  ['_ingest', (_row, value) => asObject(value) !== null],
  ...named(
    ['eventId', 'event_id'],
    (row, value) => value === row.event_id || (typeof value === 'string' && canonicalUuid(value) === row.event_id),
  ),
  ...named(
    ['eventTimestamp', 'event_timestamp', 'timestamp'],
    (row, value) => asInstant(value) === row.event_timestamp,
  ),
  ...named(['eventName', 'event_name'], (row, value) => isHeld(value, row.event_name, asText)),
  ...named(['userId', 'user_id'], (row, value) => isHeld(value, row.user_id, asText)),
  ...named(['clientId', 'client_id'], (row, value) => isHeld(value, row.client_id, asText)),
  ...named(['sessionId', 'session_id'], (row, value) => !row.session_derived && isHeld(value, row.session_id, asText)),
  ...named(['userLoginState', 'user_login_state'], (row, value) => isHeld(value, row.user_login_state, asText)),
  ...named(['identitySource', 'identity_source'], (row, value) => isHeld(value, row.identity_source, asText)),
  ...named(['isFirstVisit', 'is_first_visit'], (row, value) => isHeld(value, row.is_first_visit, asBoolean)),
  ...named(['pageUrl', 'page_url'], (row, value) => isHeld(value, row.page_url, asText)),
  ['referrer', (row, value) => isHeld(value, row.referrer, asText)],
  ...named(['orderId', 'order_id'], (row, value) => isHeld(value, row.order_id, asText)),
  ...named(['orderTotal', 'order_total', 'total'], (row, value) => isHeld(value, row.order_total, asNumeric)),
  ...named(['itemCount', 'item_count'], (row, value) => isHeld(value, row.item_count, asInteger)),
  ['currency', (row, value) => isHeld(value, row.currency, asText)],
]);

const PRODUCT_KEYS = new Map<string, Held>([
  ['id', (row, value) => isHeld(value, row.product_id, asText)],
  ['name', (row, value) => isHeld(value, row.product_name, asText)],
  ['category', (row, value) => isHeld(value, row.product_category, asText)],
  ...named(['brand', 'brandName', 'brand_name'], (row, value) => isHeld(value, row.product_brand, asText)),
  ['price', (row, value) => isHeld(value, row.product_price, asNumeric)],
  ...named(['discountPrice', 'discount_price'], (row, value) => isHeld(value, row.product_discount_price, asNumeric)),
  ...named(['urlPath', 'url_path'], (row, value) => isHeld(value, row.product_url_path, asText)),
]);

const DATASET_KEYS = new Map<string, Held>(
  ['orderId', 'order_id', 'orderTotal', 'order_total', 'total', 'itemCount', 'item_count', 'currency'].map((key) => [
    key,
    EVENT_KEYS.get(key)!,
  ]),
);

/** What is kept of an object that has keys of its own; null when that is nothing. */
type Nested = (value: JsonObject, row: HeldValues) => JsonObject | null;

const product: Nested = (value, row) => unheld(value, row, PRODUCT_KEYS);
const NESTED = new Map<string, Nested>([
  ['product', product],
  ['context_product', product],
  [
    'element',
    (value, row) => {
      const dataset = asObject(value['dataset']);
      if (!dataset) return value;
      const kept = unheld(dataset, row, DATASET_KEYS);
      return kept === null ? without(value, 'dataset') : { ...value, dataset: kept };
    },
  ],
]);
const NO_KEYS = new Map<string, Nested>();

/** What a client sent and no column holds; null when that is nothing. */
export function leftovers(event: JsonObject, row: HeldValues): JsonObject | null {
  return unheld(event, row, EVENT_KEYS, NESTED);
}

/** The properties of an object that no column holds; null if none. */
function unheld(
  object: JsonObject,
  row: HeldValues,
  keys: ReadonlyMap<string, Held>,
  nested: ReadonlyMap<string, Nested> = NO_KEYS,
): JsonObject | null {
  let kept: Record<string, unknown> | null = null;
  // Own keys alone: what JSON.parse made inherits nothing that is listed here, and this is how keys are read fastest.
  for (const key in object) {
    let value = object[key];
    // Null and empty text say nothing that a null column does not, where there is a column; nor does an empty product.
    const held = keys.get(key);
    if (held && (value === null || value === '' || held(row, value))) continue;
    const keep = held ? undefined : nested.get(key);
    const inner = keep && asObject(value);
    if (inner) {
      value = keep(inner, row);
      if (value === null) continue;
    }
    kept ??= {};
    setOwn(kept, key, value);
  }
  return kept;
}

function without(object: JsonObject, key: string): JsonObject | null {
  const kept: Record<string, unknown> = {};
  let size = 0;
  for (const name of Object.keys(object)) {
    if (name === key) continue;
    setOwn(kept, name, object[name]);
    size += 1;
  }
  return size === 0 ? null : kept;
}

/** Assigns an own property, whatever it is called: `__proto__` is a key like any other in JSON. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

function named(names: readonly string[], held: Held): [string, Held][] {
  return names.map((name) => [name, held]);
}
