import { encodeInstant, encodeText } from './encode.ts';

/** What marks are made from: the columns of an event by which settling finds what it changes. */
export interface MarkedRow {
  /** Epoch milliseconds. */
  readonly event_timestamp: number;
  readonly event_name: string;
  readonly visitor_id: string | null;
  readonly session_id: string | null;
  readonly session_derived: boolean;
  readonly order_id: string | null;
}

/** What a batch of new events leaves for settling, each as lines of COPY. `merge-staging.sql` says the same of staged ones. */
export interface Marks {
  /** (visitor_id, session_id, from_at, to_at) per session; session_id is null where it is derived. */
  readonly sessions: readonly string[];
  /** (order_id). */
  readonly orders: readonly string[];
  /** (quarter, event_name, events). */
  readonly activity: readonly string[];
}

const QUARTER_MS = 900_000;
/** Characters of a name that rollups go by; an index takes no key of any length. */
const NAME_LENGTH = 128;

/** The marks of rows that are all new. */
export function marksOf(rows: readonly MarkedRow[]): Marks {
  return { sessions: sessionMarks(rows), orders: orderMarks(rows), activity: activityMarks(rows) };
}

function sessionMarks(rows: readonly MarkedRow[]): string[] {
  const stretches = new Map<string, { row: MarkedRow; from_ms: number; to_ms: number }>();
  for (const row of rows) {
    const { visitor_id, session_id, event_timestamp } = row;
    if (session_id === null) continue;
    // By visitor, too: a record that lost may have named the session of one visitor after an event that is another's.
    // The length keeps two pairs of ids apart that are the same text one after the other. A client may send what looks
    // derived.
    const key = `${row.session_derived ? 'd' : 'c'}${session_id.length} ${session_id}${visitor_id ?? ''}`;
    const stretch = stretches.get(key);
    if (!stretch) stretches.set(key, { row, from_ms: event_timestamp, to_ms: event_timestamp });
    else if (event_timestamp < stretch.from_ms) stretch.from_ms = event_timestamp;
    else if (event_timestamp > stretch.to_ms) stretch.to_ms = event_timestamp;
  }
  return Array.from(stretches.values(), ({ row, from_ms, to_ms }) =>
    [
      row.visitor_id === null ? '' : encodeText(row.visitor_id),
      row.session_derived ? '\\N' : encodeText(row.session_id!),
      encodeInstant(from_ms),
      encodeInstant(to_ms),
    ].join('\t'),
  );
}

function orderMarks(rows: readonly MarkedRow[]): string[] {
  const orders = new Set<string>();
  for (const { order_id } of rows) if (order_id !== null) orders.add(order_id);
  return Array.from(orders, encodeText);
}

function activityMarks(rows: readonly MarkedRow[]): string[] {
  const counts = new Map<string, number>();
  for (const { event_timestamp, event_name } of rows) {
    const key = `${Math.floor(event_timestamp / QUARTER_MS)}\t${event_name}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Array.from(counts, ([key, events]) => {
    const tab = key.indexOf('\t');
    const quarter = encodeInstant(Number(key.slice(0, tab)) * QUARTER_MS);
    return `${quarter}\t${encodeText(cut(key.slice(tab + 1)))}\t${events}`;
  });
}

/** As Postgres' `left` cuts: by characters, not by UTF-16's halves of them. */
function cut(name: string): string {
  return name.length <= NAME_LENGTH ? name : Array.from(name).slice(0, NAME_LENGTH).join('');
}
