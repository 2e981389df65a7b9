import type { SettlingRule } from '../../config/settling-rule.ts';
import { Calendar } from './calendar.ts';

/** The row of an event that its visitor's other events give a session. */
export interface Sessionless {
  event_id: string;
  /** Epoch milliseconds. */
  event_timestamp: number;
  visitor_id: string;
  session_id: string | null;
}

/** A session while more of its events may come. */
interface OpenSession {
  firstEventId: string;
  first_ms: number;
  last_ms: number;
  /** The day that all of its events are of, where midnight ends sessions; else 0. */
  readonly day: number;
}

/** What the id of a derived session begins with; the id of its first event follows. */
export const DERIVED_SESSION_PREFIX = 'auto-';

const CAPACITY = 32_768;

/**
 * The latest derived session of each visitor that a run has met. A visitor's events join it while no gap is longer than
 * the timeout and, where midnight ends sessions, the day is the same. Bounded by forgetting the older of two generations: a forgotten visitor's next event merely looks like
 * a session's first, and settling joins it.
 */
export class OpenSessions {
  #newer = new Map<string, OpenSession>();
  #older = new Map<string, OpenSession>();
  readonly #timeout_ms: number;
  readonly #calendar: Calendar | undefined;
  readonly #capacity: number;

  constructor({ sessionTimeout_ms, cutAtMidnight, reportingTimeZone }: SettlingRule, capacity: number = CAPACITY) {
    this.#timeout_ms = sessionTimeout_ms;
    this.#calendar = cutAtMidnight ? new Calendar(reportingTimeZone) : undefined;
    this.#capacity = capacity;
  }

  /** Gives each row its session id, in order of (event_timestamp, event_id) whatever the order they come in. */
  assign(rows: Sessionless[]): void {
    rows.sort(inOrder);
    for (const row of rows) {
      const session = this.#sessionOf(row);
      row.session_id = DERIVED_SESSION_PREFIX + session.firstEventId;
    }
  }

  #sessionOf(row: Sessionless): OpenSession {
    const { visitor_id, event_id, event_timestamp } = row;
    const open = this.#newer.get(visitor_id) ?? this.#older.get(visitor_id);
    const day = this.#calendar?.dayOf(event_timestamp) ?? 0;
    if (
      open?.day === day &&
      event_timestamp <= open.last_ms + this.#timeout_ms &&
      event_timestamp >= open.first_ms - this.#timeout_ms
    ) {
      if (event_timestamp < open.first_ms || (event_timestamp === open.first_ms && event_id < open.firstEventId)) {
        open.first_ms = event_timestamp;
        open.firstEventId = event_id;
      }
      open.last_ms = Math.max(open.last_ms, event_timestamp);
      return open;
    }
    const session = { firstEventId: event_id, first_ms: event_timestamp, last_ms: event_timestamp, day };
    if (this.#newer.size >= this.#capacity) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(visitor_id, session);
    return session;
  }
}

function inOrder(a: Sessionless, b: Sessionless): number {
  if (a.event_timestamp !== b.event_timestamp) return a.event_timestamp - b.event_timestamp;
  return a.event_id < b.event_id ? -1 : a.event_id > b.event_id ? 1 : 0;
}
