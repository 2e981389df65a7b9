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

/** What changed of a session: from when to when. */
interface Stretch {
  readonly row: MarkedRow;
  from_ms: number;
  to_ms: number;
}

function sessionMarks(rows: readonly MarkedRow[]): string[] {
  // By the session's id alone, a text whose hash is known: a key of both ids takes three times as long to make and find.
  const stretches = new Map<string, Stretch>();
  let others: Map<string, Stretch> | undefined;
  for (const row of rows) {
    const { session_id } = row;
    if (session_id === null) continue;
    const stretch = stretches.get(session_id);
    if (!stretch) stretches.set(session_id, stretchOf(row));
    else if (isSameSession(stretch.row, row)) extend(stretch, row);
    else {
      // By visitor, too: a record that lost may have named the session of one visitor after an event that is another's. And a
      // client may send what looks derived. The length keeps two pairs of ids apart that are the same text one after the other.
      others ??= new Map();
      const key = `${row.session_derived ? 'd' : 'c'}${session_id.length} ${session_id}${row.visitor_id ?? ''}`;
      const other = others.get(key);
      if (other) extend(other, row);
      else others.set(key, stretchOf(row));
    }
  }
  const all = others ? [...stretches.values(), ...others.values()] : [...stretches.values()];
  return all.map(({ row, from_ms, to_ms }) => {
    const visitor = row.visitor_id === null ? '' : encodeText(row.visitor_id);
    const session = row.session_derived ? '\\N' : encodeText(row.session_id!);
    const from = encodeInstant(from_ms);
    return `${visitor}\t${session}\t${from}\t${to_ms === from_ms ? from : encodeInstant(to_ms)}`;
  });
}

function isSameSession(one: MarkedRow, other: MarkedRow): boolean {
  return one.visitor_id === other.visitor_id && one.session_derived === other.session_derived;
}

function stretchOf(row: MarkedRow): Stretch {
  return { row, from_ms: row.event_timestamp, to_ms: row.event_timestamp };
}

function extend(stretch: Stretch, { event_timestamp }: MarkedRow): void {
  if (event_timestamp < stretch.from_ms) stretch.from_ms = event_timestamp;
  else if (event_timestamp > stretch.to_ms) stretch.to_ms = event_timestamp;
}

function orderMarks(rows: readonly MarkedRow[]): string[] {
  const orders = new Set<string>();
  for (const { order_id } of rows) if (order_id !== null) orders.add(order_id);
  return Array.from(orders, encodeText);
}

function activityMarks(rows: readonly MarkedRow[]): string[] {
  const counts = new Map<string, Map<number, number>>();
  for (const { event_timestamp, event_name } of rows) {
    const quarters = counts.get(event_name) ?? new Map<number, number>();
    if (quarters.size === 0) counts.set(event_name, quarters);
    const quarter = Math.floor(event_timestamp / QUARTER_MS);
    quarters.set(quarter, (quarters.get(quarter) ?? 0) + 1);
  }
  return Array.from(counts).flatMap(([name, quarters]) => {
    const text = encodeText(cut(name));
    return Array.from(quarters, ([quarter, events]) => `${encodeInstant(quarter * QUARTER_MS)}\t${text}\t${events}`);
  });
}

/** As Postgres' `left` cuts: by characters, not by UTF-16's halves of them. */
function cut(name: string): string {
  return name.length <= NAME_LENGTH ? name : Array.from(name).slice(0, NAME_LENGTH).join('');
}
