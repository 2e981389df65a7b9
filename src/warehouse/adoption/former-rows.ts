import type { JsonObject } from '../../etl/pipeline/record.ts';
import { asInstant } from '../../etl/transforms/time.ts';
import { quoteIdentifier } from '../template.ts';

/** Columns of the events that a table from before may have as well; the transforms read them by these names. */
const EVENT_COLUMNS = new Set([
  'event_id',
  'event_timestamp',
  'received_at',
  'event_name',
  'user_id',
  'user_login_state',
  'identity_source',
  'client_id',
  'session_id',
  'is_first_visit',
  'page_url',
  'referrer',
  'order_id',
  'order_total',
  'item_count',
  'currency',
]);

/** What follows `context_product_` or `product_`, and where a tracker would have put it in its `product`. */
const PRODUCT_KEYS = new Map([
  ['id', 'id'],
  ['name', 'name'],
  ['category', 'category'],
  ['brand', 'brand'],
  ['price', 'price'],
  ['discount_price', 'discountPrice'],
  ['url_path', 'urlPath'],
]);

/** Columns without which a table holds no events. */
export const NEEDED = ['event_timestamp', 'event_name'] as const;

/** A column of the table from before: where its values go. */
interface FormerColumn {
  readonly name: string;
  readonly type: string;
  /** A column of the events, or `properties`. */
  readonly to: string;
  /** Its key in the event's `product`. */
  readonly productKey?: string;
}

/** A row as the event that a tracker would have sent. */
export interface FormerEvent {
  readonly event: JsonObject;
  /** Epoch milliseconds; null where no column says. */
  readonly received_ms: number | null;
}

/**
 * How the rows of a table from before are read: as texts, column by column, and put together to the events that a tracker
 * would have sent. From there on they go through the transforms like any other, so that the same rules hold for them.
 */
export class FormerRows {
  readonly columns: readonly FormerColumn[];

  /** @param types the table's columns with their types, as Postgres writes them. */
  constructor(types: ReadonlyMap<string, string>) {
    this.columns = Array.from(types, ([name, type]) => {
      const [, prefix, rest = ''] = /^(context_product_|product_)(.+)$/.exec(name) ?? [];
      const productKey = PRODUCT_KEYS.get(rest);
      // The seed's own name goes first where a table has both.
      const isSecond = prefix === 'product_' && types.has(`context_product_${rest}`);
      if (productKey !== undefined && !isSecond) return { name, type, to: `product_${rest}`, productKey };
      return { name, type, to: EVENT_COLUMNS.has(name) ? name : 'properties' };
    });
  }

  /** Columns that a table of events must have and this one lacks. */
  get missing(): readonly string[] {
    return NEEDED.filter((name) => !this.columns.some((column) => column.name === name));
  }

  /** What to select: the place, then every column as text. */
  get selection(): string {
    return ['ctid::text', ...this.columns.map(({ name }) => `${quoteIdentifier(name)}::text`)].join(', ');
  }

  /** The event of a row. @param texts the values of `columns`, in their order. */
  eventOf(texts: readonly (string | null)[]): FormerEvent {
    const event: Record<string, unknown> = {};
    const product: Record<string, unknown> = {};
    let received_ms: number | null = null;
    for (const [at, { name, type, to, productKey }] of this.columns.entries()) {
      const text = texts[at];
      if (text === null || text === undefined) continue;
      if (name === 'received_at') received_ms = asInstant(text);
      if (name === 'received_at' && received_ms !== null) continue;
      if (productKey !== undefined) product[productKey] = text;
      else event[name] = type === 'boolean' ? text === 'true' : to === 'properties' ? looseValue(text, type) : text;
    }
    if (Object.keys(product).length > 0) setProduct(event, product);
    return { event: unnested(event), received_ms };
  }
}

/** A column of its own may be called `product`; what it holds is kept beside. */
function setProduct(event: Record<string, unknown>, product: Record<string, unknown>): void {
  if ('product' in event) event['product_before_adoption'] = event['product'];
  event['product'] = product;
}

/** A value that no column of ours is for, as JSON: what is a number and exact as one, a number. */
function looseValue(text: string, type: string): unknown {
  if (type === 'json' || type === 'jsonb') return JSON.parse(text);
  if (!/^(?:smallint|integer|bigint|numeric|real|double precision)$/.test(type)) return text;
  return String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** Properties that were a column of their own are an event's other values, unless one of these has such a name, too. */
function unnested(event: Record<string, unknown>): JsonObject {
  const { properties, ...others } = event;
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return event;
  const inner = Object.entries(properties);
  const isSafe = inner.every(([key]) => !(key in others) && !EVENT_COLUMNS.has(key) && key !== 'product');
  return isSafe ? Object.fromEntries([...inner, ...Object.entries(others)]) : event;
}
