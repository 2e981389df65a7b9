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

/** Held is what becomes the column's value. What becomes null fits no column, even if the column is null as well. */
const becomes =
  (asColumn: (value: unknown) => unknown, column: keyof HeldValues): Held =>
  (row, value) => {
    const read = asColumn(value);
    return read !== null && read === row[column];
  };
const text = (column: keyof HeldValues): Held => becomes(asText, column);
const numeric = (column: keyof HeldValues): Held => becomes(asNumeric, column);
const sessionId = text('session_id');

const EVENT_KEYS = new Map<string, Held>([
  // What the ingest added: the receipt time is a column, and the rest is nobody's but the operator's. It always adds an
  // object, so anything else under this name is some client's own.
  ['_ingest', (_row, value) => asObject(value) !== null],
  ...named(['eventId', 'event_id'], (row, value) => typeof value === 'string' && canonicalUuid(value) === row.event_id),
  ...named(['eventTimestamp', 'event_timestamp', 'timestamp'], becomes(asInstant, 'event_timestamp')),
  ...named(['eventName', 'event_name'], text('event_name')),
  ...named(['userId', 'user_id'], text('user_id')),
  ...named(['clientId', 'client_id'], text('client_id')),
  ...named(['sessionId', 'session_id'], (row, value) => !row.session_derived && sessionId(row, value)),
  ...named(['userLoginState', 'user_login_state'], text('user_login_state')),
  ...named(['identitySource', 'identity_source'], text('identity_source')),
  ...named(['isFirstVisit', 'is_first_visit'], becomes(asBoolean, 'is_first_visit')),
  ...named(['pageUrl', 'page_url'], text('page_url')),
  ['referrer', text('referrer')],
  ...named(['orderId', 'order_id'], text('order_id')),
  ...named(['orderTotal', 'order_total', 'total'], numeric('order_total')),
  ...named(['itemCount', 'item_count'], becomes(asInteger, 'item_count')),
  ['currency', text('currency')],
]);

const PRODUCT_KEYS = new Map<string, Held>([
  ['id', text('product_id')],
  ['name', text('product_name')],
  ['category', text('product_category')],
  ...named(['brand', 'brandName', 'brand_name'], text('product_brand')),
  ['price', numeric('product_price')],
  ...named(['discountPrice', 'discount_price'], numeric('product_discount_price')),
  ...named(['urlPath', 'url_path'], text('product_url_path')),
]);

const DATASET_KEYS = new Map<string, Held>(
  ['orderId', 'order_id', 'orderTotal', 'order_total', 'total', 'itemCount', 'item_count', 'currency'].map((key) => [
    key,
    EVENT_KEYS.get(key)!,
  ]),
);

const NESTED: Readonly<Record<string, (value: JsonObject, row: HeldValues) => JsonObject | null>> = {
  product: (value, row) => unheld(value, row, PRODUCT_KEYS),
  context_product: (value, row) => unheld(value, row, PRODUCT_KEYS),
  element: (value, row) => {
    const dataset = asObject(value['dataset']);
    if (!dataset) return value;
    const kept = unheld(dataset, row, DATASET_KEYS);
    return kept === null ? without(value, 'dataset') : { ...value, dataset: kept };
  },
};

/** What a client sent and no column holds; null when that is nothing. */
export function leftovers(event: JsonObject, row: HeldValues): JsonObject | null {
  return unheld(event, row, EVENT_KEYS, NESTED);
}

/** The properties of an object that no column holds; null if none. */
function unheld(
  object: JsonObject,
  row: HeldValues,
  keys: ReadonlyMap<string, Held>,
  nested: typeof NESTED = {},
): JsonObject | null {
  let kept: Record<string, unknown> | null = null;
  for (const key of Object.keys(object)) {
    let value = object[key];
    // Null and empty text say nothing that a null column does not, where there is a column; nor does an empty product.
    const held = keys.get(key);
    if (held && (value === null || value === '' || held(row, value))) continue;
    const inner = Object.hasOwn(nested, key) ? asObject(value) : null;
    if (inner) {
      value = nested[key]!(inner, row);
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
