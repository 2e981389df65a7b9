import { createHash } from 'node:crypto';
import { HOUR_MS } from '../support/bucket.ts';

/** When the cases' events were received, half past the hour that they lie in. */
export const RECEIVED_MS = HOUR_MS + 30 * 60_000;
export const RECEIVED = new Date(RECEIVED_MS).toISOString();
/** When the objects that they lie in were written: what stands in for the receipt where there is none. */
export const WRITTEN = new Date(HOUR_MS + 3_600_000);

/** A row of the warehouse as {@link readRow} gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** The id that a record has by its place alone: it differs from format to format and stays the same in a rerun. */
export const BY_PLACE = 'by its place';

/** Where records are told apart by a hash of their values, the contract does not say which one stands. */
export class OneOf {
  readonly values: readonly unknown[];

  constructor(...values: readonly unknown[]) {
    this.values = values;
  }
}

/** The members of a JSON object: as an object, or as their JSON text where it matters how they are written. */
export type Members = Readonly<Record<string, unknown>> | string;

/** How an event is named and where it lies differs from case to case, and so may what is sent of it. */
type Sent = Members | ((id: string) => Members);

/**
 * A record that somebody may send, and what must come of it. It lies between good records, which must be loaded as if it
 * were not there.
 */
export interface RecordCase {
  readonly name: string;
  /** What the contract demands, in a line. */
  readonly rule: string;
  /** The texts of the records; most cases have one. */
  texts(id: string): readonly (string | Buffer)[];
  /** The row that all of them come to, or the code of the reject that each of them comes to. */
  row(id: string): Row | string;
  /** The status when it is posted to the ingest; undefined for records that only other writers of the bucket make. */
  readonly posted: 200 | 400 | undefined;
}

interface More {
  readonly posted?: 400 | 'never';
}

const postedOf = ({ posted }: More): RecordCase['posted'] => (posted === 'never' ? undefined : (posted ?? 200));

/** A case whose event becomes a row: the plain one, but for the columns that are given. */
export function loaded(name: string, rule: string, sent: Sent, columns: Columns = {}, more: More = {}): RecordCase {
  return several(name, rule, [sent], columns, more);
}

/** A case of records that are one event: a single row comes of them, whatever their order. */
export function several(
  name: string,
  rule: string,
  sent: readonly Sent[],
  columns: Columns = {},
  more: More = {},
): RecordCase {
  return {
    name,
    rule,
    texts: (id) => sent.map((one) => eventText(name, id, one)),
    row: (id) => plainRow(name, id, columns),
    posted: postedOf(more),
  };
}

/** A case whose event is rejected under a code. */
export function rejected(name: string, rule: string, sent: Sent, code: string, more: More = {}): RecordCase {
  return { name, rule, texts: (id) => [eventText(name, id, sent)], row: () => code, posted: postedOf(more) };
}

/** A case of a text or of bytes that are no event at all. */
export function line(name: string, text: string | Buffer | (() => string), code = 'syntax_error'): RecordCase {
  return {
    name,
    rule: code === 'not_an_object' ? 'a record is a JSON object' : 'a line that stands alone is one reject',
    texts: () => [typeof text === 'function' ? text() : text],
    row: () => code,
    posted: 400,
  };
}

/** Columns that differ from the plain row's. `properties` may be JSON text, of members only. */
export type Columns = Row | ((id: string) => Row);

/** The id that a case's event has unless the case says otherwise. It has letters, for their case. */
export function idOf(number: number): string {
  return `abcdef01-2345-4678-9abc-${String(number).padStart(12, '0')}`;
}

/** JSON text of the members of an object. */
export function membersOf(members: Members): string {
  return typeof members === 'string' ? members : JSON.stringify(members).slice(1, -1);
}

/** JSON text of a plain event with members of its own; a plain member that is given as undefined is left out. */
export function eventText(name: string, id: string, sent: Sent): string {
  const members = typeof sent === 'function' ? sent(id) : sent;
  const own = membersOf(members);
  const given = new Set(Object.keys(typeof members === 'string' ? (JSON.parse(`{${members}}`) as object) : members));
  const plain = { eventId: id, eventName: 'hostile', sessionId: 's', _ingest: { receivedAt: RECEIVED } };
  const others = Object.fromEntries(Object.entries(plain).filter(([key]) => !given.has(key)));
  return `{${[membersOf({ case: name }), own, membersOf(others)].filter((text) => text !== '').join(',')}}`;
}

const NULLS = Object.fromEntries(
  [
    'user_id client_id visitor_id user_login_state is_first_visit product_id product_name product_category product_brand',
    'product_price product_discount_price product_url_path page_url referrer order_id order_total item_count currency',
    'traffic_source traffic_medium traffic_campaign traffic_channel is_bot',
  ]
    .join(' ')
    .split(' ')
    .map((column) => [column, null]),
);

/** The row of an event that only has a name, an id, a session, a receipt and the name of its case. */
export function plainRow(name: string, id: string, columns: Columns = {}): Row {
  const { properties = '', ...others } = typeof columns === 'function' ? columns(id) : columns;
  const kept = membersOf(properties as Members);
  return {
    ...NULLS,
    event_id: id,
    event_timestamp: RECEIVED,
    received_at: RECEIVED,
    session_id: 's',
    session_derived: false,
    event_name: 'hostile',
    identity_source: 'anonymous',
    ...others,
    properties: canonical(JSON.parse(`{${membersOf({ case: name })}${kept === '' ? '' : ','}${kept}}`)),
  };
}

/** JSON with its keys in order, since a jsonb keeps none; `__proto__` is a key like any other. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`);
  return `{${members.join()}}`;
}

/** The version 5 UUID (RFC 9562) that a client's text gives, in the product's name space for such texts. */
export function uuidOf(text: string): string {
  return uuidIn('6f2a1d0c9b7e4c5aa8f35d1e7c904b26', text);
}

/** The version 5 UUID of a record that names no event, in the product's name space for places. */
export function uuidOfPlace(key: string, index: number): string {
  return uuidIn('c41b7f3e52d84a06951ee07a3b68d9f2', `${key}#${index}`);
}

function uuidIn(namespace: string, name: string): string {
  const bytes = createHash('sha1').update(Buffer.from(namespace, 'hex')).update(name).digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
