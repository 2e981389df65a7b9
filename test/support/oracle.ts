import type { StoredObject } from './mixed-hour.ts';
import type { TestEvent } from './bucket.ts';

/**
 * What the warehouse must hold, worked out from the records that lie in S3 by the rules of the contract alone: all of
 * them at once, and none of the ETL's code.
 */
export interface Tables {
  /** In order of their ids; an event that came without one has null in its place and comes in order of its mark. */
  readonly events: readonly Row[];
  /** In order of (key, index). */
  readonly rejects: readonly { readonly source_key: string; readonly record_index: number; readonly code: string }[];
}

export type Row = Readonly<Record<string, unknown>>;

/** What the ledger of one pass over the objects must say. */
export interface ExpectedCounts {
  readonly processed: number;
  readonly read: number;
  readonly rejected: number;
}

export interface Oracle {
  readonly tables: Tables;
  readonly counts: ExpectedCounts;
}

const SESSION_TIMEOUT_MS = 30 * 60_000;

/** The tables that the objects must give, whatever the order, the batches and the accidents they are loaded by. */
export function oracleOf(objects: readonly StoredObject[]): Oracle {
  const rejects: Tables['rejects'][number][] = [];
  const standing = new Map<string, { row: Row; receivedAt: string; text: string }>();
  const nameless: Row[] = [];
  let read = 0;
  for (const { key, records } of objects) {
    for (const [record_index, record] of records.entries()) {
      read += 1;
      const code = 'event' in record ? rejectCode(record.event) : record.code;
      if (code !== undefined) {
        rejects.push({ source_key: key, record_index, code });
        continue;
      }
      const event = JSON.parse(JSON.stringify((record as { event: TestEvent }).event)) as TestEvent;
      const row = rowOf(event);
      const id = row['event_id'] as string | null;
      if (id === null) {
        nameless.push(row);
        continue;
      }
      const receivedAt = row['received_at'] as string;
      const text = JSON.stringify(event);
      const other = standing.get(id);
      if (other && other.receivedAt === receivedAt && other.text !== text) {
        throw new Error(`${id} has two records received at one moment, which this oracle does not tell apart`);
      }
      if (!other || receivedAt < other.receivedAt) standing.set(id, { row, receivedAt, text });
    }
  }
  const events = [...nameless, ...withSessions(Array.from(standing.values(), ({ row }) => row))];
  return {
    tables: { events: events.sort(byIdOrMark), rejects: rejects.sort(byPlace) },
    counts: { processed: objects.length, read, rejected: rejects.length },
  };
}

/** The warehouse's tables in the same shape. */
export async function tablesIn(warehouse: { rows(sql: string): Promise<Row[]> }): Promise<Tables> {
  const events = await warehouse.rows('SELECT * FROM clickstream_events');
  const rejects = await warehouse.rows('SELECT source_key, record_index, code FROM clickstream_rejects');
  return {
    events: events.map(asExpected).sort(byIdOrMark),
    rejects: (rejects as Tables['rejects'][number][]).sort(byPlace),
  };
}

/** A row as read, with the columns that the contract says nothing about left out. */
function asExpected({ record_hash: _hash, ...row }: Row): Row {
  const marked = markOf(row) !== undefined;
  return {
    ...row,
    event_id: marked ? null : row['event_id'],
    event_timestamp: (row['event_timestamp'] as Date).toISOString(),
    received_at: (row['received_at'] as Date).toISOString(),
  };
}

/** Why a record cannot be loaded; undefined when it can. */
function rejectCode(event: TestEvent): string | undefined {
  const ids = ['eventId', 'userId', 'clientId', 'sessionId', 'orderId'].map((name) => event[name]);
  if (ids.some((id) => typeof id === 'string' && Buffer.byteLength(id) > 512)) return 'id_too_long';
  const texts = Object.values(event).filter((value) => typeof value === 'string');
  if (texts.some((text) => text.includes('\0'))) return 'nul_character';
  return texts.some((text) => !text.isWellFormed()) ? 'lone_surrogate' : undefined;
}

/** A row before sessions are derived. Knows the fields that the tests' events have, and no others. */
function rowOf(event: TestEvent): Row {
  const text = (name: string): string | null => (event[name] as string | undefined) ?? null;
  const product = event['product'] as { id: string; price: number; color: string } | undefined;
  const received_ms = Date.parse((event['_ingest'] as { receivedAt: string }).receivedAt);
  const time_ms = timeOf(event, received_ms);
  const [user_id, client_id, session_id, page_url] = [
    text('userId'),
    text('clientId'),
    text('sessionId'),
    text('pageUrl'),
  ];
  const visitor_id = client_id !== null ? `c:${client_id}` : user_id !== null ? `u:${user_id}` : null;
  const properties: Record<string, unknown> = {};
  for (const name of ['mark', 'sentAt', 'experiment', 'items'])
    if (event[name] !== undefined) properties[name] = event[name];
  if (asMs(event['eventTimestamp']) !== time_ms) properties['eventTimestamp'] = event['eventTimestamp'];
  if (product) properties['product'] = { color: product.color };
  return {
    event_id: text('eventId')?.toLowerCase() ?? null,
    event_timestamp: new Date(time_ms).toISOString(),
    received_at: new Date(received_ms).toISOString(),
    user_id,
    client_id,
    visitor_id,
    session_id,
    session_derived: session_id === null && visitor_id !== null,
    event_name: text('eventName') ?? 'unknown',
    user_login_state: null,
    identity_source: user_id === null ? 'anonymous' : null,
    is_first_visit: null,
    product_id: product?.id ?? null,
    product_name: null,
    product_category: null,
    product_brand: null,
    product_price: product ? String(product.price) : null,
    product_discount_price: null,
    product_url_path: product && page_url !== null ? new URL(page_url).pathname : null,
    page_url,
    referrer: text('referrer'),
    order_id: text('orderId'),
    order_total: text('orderTotal'),
    item_count: event['itemCount'] ?? null,
    currency: text('currency'),
    properties: Object.keys(properties).length > 0 ? properties : null,
    ...attributionOf(page_url, text('referrer')),
  };
}

/** Knows the one campaign and the one search engine that the tests' visitors come from. */
function attributionOf(page_url: string | null, referrer: string | null): Row {
  const query = page_url === null ? null : new URL(page_url).searchParams;
  const newsletter = query?.get('utm_source') ?? null;
  const google = referrer === 'https://www.google.de/';
  return {
    traffic_source: newsletter ?? (google ? 'google' : null),
    traffic_medium: query?.get('utm_medium') ?? (google ? 'organic' : null),
    traffic_campaign: query?.get('utm_campaign') ?? null,
    traffic_channel: newsletter !== null ? 'email' : google ? 'organic_search' : null,
  };
}

/** The client's time, set right by `sentAt`, unless it cannot be. */
function timeOf({ eventTimestamp, sentAt }: TestEvent, received_ms: number): number {
  const event_ms = asMs(eventTimestamp);
  const time_ms = typeof sentAt === 'number' ? received_ms - (sentAt - event_ms) : event_ms;
  const oldest_ms = received_ms - (sentAt === undefined ? 1 : 30) * 86_400_000;
  return time_ms > received_ms + 300_000 || time_ms < oldest_ms ? received_ms : time_ms;
}

function asMs(value: unknown): number {
  return typeof value === 'number' ? value : Date.parse(value as string);
}

/** Gives each visitor's events without a session of their own the name of the first event before any long pause. */
function withSessions(rows: readonly Row[]): Row[] {
  const result = rows.filter((row) => row['session_derived'] === false);
  const derived = rows.filter((row) => row['session_derived'] === true);
  const visitors = new Map<string, Row[]>();
  for (const row of derived) {
    const visitor = row['visitor_id'] as string;
    visitors.set(visitor, [...(visitors.get(visitor) ?? []), row]);
  }
  const order = (row: Row): string => `${row['event_timestamp'] as string} ${row['event_id'] as string}`;
  for (const own of visitors.values()) {
    own.sort((a, b) => (order(a) < order(b) ? -1 : 1));
    let session_id = '';
    let last_ms = -Infinity;
    for (const row of own) {
      const time_ms = Date.parse(row['event_timestamp'] as string);
      if (time_ms - last_ms > SESSION_TIMEOUT_MS) session_id = `auto-${row['event_id'] as string}`;
      last_ms = time_ms;
      result.push({ ...row, session_id });
    }
  }
  return result;
}

function markOf(row: Row): string | undefined {
  return (row['properties'] as { mark?: string } | null)?.mark;
}

function byIdOrMark(a: Row, b: Row): number {
  const name = (row: Row): string => (row['event_id'] as string | null) ?? `~${markOf(row)!}`;
  return name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0;
}

function byPlace(a: Tables['rejects'][number], b: Tables['rejects'][number]): number {
  if (a.source_key !== b.source_key) return a.source_key < b.source_key ? -1 : 1;
  return a.record_index - b.record_index;
}
