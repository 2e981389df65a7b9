import type { TestEvent } from '../support/bucket.ts';
import type { StoredRecord } from '../support/mixed-hour.ts';
import { oracleOf, type Row, type Tables } from '../support/oracle.ts';
import { asStored, HOURS, prefixOf, type ModelObject } from './objects.ts';
import { isOdd, REFUSED } from './odd.ts';
import { Traffic } from './traffic.ts';

/** What is asked of a run. The ends of a range are shares of the hour's keys, 0 to 1. */
export type What =
  | { readonly kind: 'hour'; readonly hour: number }
  | { readonly kind: 'range'; readonly hour: number; readonly from?: number; readonly to?: number }
  | { readonly kind: 'date' }
  /** At `minute` after the hour's end; catches up with the hours before. */
  | { readonly kind: 'scheduled'; readonly hour: number; readonly minute: number };

/** A range of keys: after `from`, up to and with `to`. */
export interface KeyRange {
  readonly from?: string;
  readonly to?: string;
}

/**
 * The warehouse in memory, by the contract alone: what it must hold follows from which objects were read to their end,
 * whatever happened on the way.
 */
export class Model {
  readonly traffic = new Traffic();
  /** What lies in S3. */
  readonly stored = new Map<string, ModelObject>();
  /** The version of each object that was last read, also of those that are gone since. */
  readonly #loaded = new Map<string, ModelObject>();
  /** Objects that are gone, and whose range was read since: their events stay, their rejects do not. */
  readonly #cleared = new Set<string>();
  /** Objects of which what is odd was rejected when they were last read. */
  readonly #refused = new Set<string>();
  /** Odd events that went in nevertheless, by another run or when they were tried again; and such as may have. */
  readonly #accepted = new Set<TestEvent>();
  readonly #maybeAccepted = new Set<TestEvent>();
  /** Hours of which some batches may be in and some may not. */
  readonly #unsure = new Set<number>();
  #lastKnown: Tables = { events: [], rejects: [] };
  /** Whether a run that died may still hold what it worked on. */
  mayBeHeld = false;

  /** Whether the tables are known to the last row: no run was left in its middle. */
  get isSure(): boolean {
    return this.#unsure.size === 0 && Array.from(this.#maybeAccepted).every((event) => this.#accepted.has(event));
  }

  isSureOf(hour: number): boolean {
    return !this.#unsure.has(hour);
  }

  /** The hour's keys in S3's order; they are ASCII. */
  keysOf(hour: number): string[] {
    return Array.from(this.stored.values())
      .filter((object) => object.hour === hour)
      .map(({ key }) => key)
      .sort();
  }

  /** Whether what lies there was read as it is. */
  wasRead(key: string): boolean {
    return this.#loaded.get(key) === this.stored.get(key);
  }

  /** A run has read all of an hour, or of a range of its keys; a faulty one rejected what is odd. */
  read(hour: number, range: KeyRange = {}, faulty = false): void {
    // It may have gone on where another left off, which rejected nothing of the kind.
    if (faulty && this.#unsure.has(hour)) return;
    const isWithin = (key: string): boolean =>
      key.startsWith(prefixOf(hour)) &&
      (range.from === undefined || key > range.from) &&
      (range.to === undefined || key <= range.to);
    for (const [key, object] of this.stored) {
      if (!isWithin(key)) continue;
      this.#loaded.set(key, object);
      if (faulty) this.#refused.add(key);
      else this.#accept(object);
    }
    for (const key of this.#loaded.keys()) {
      if (isWithin(key) && !this.stored.has(key)) this.#cleared.add(key);
    }
    if (range.from === undefined && range.to === undefined) this.#unsure.delete(hour);
  }

  /** A run has read some of an hour, nobody knows what. */
  readSome(hour: number): void {
    this.#unsure.add(hour);
    for (const { event } of this.#oddOf(hour)) this.#maybeAccepted.add(event);
  }

  /** What was rejected of an hour for being odd was tried again. */
  redriven(hour: number): void {
    if (!this.isSureOf(hour)) return this.readSome(hour);
    for (const [key, object] of this.#loaded) {
      if (object.hour === hour && this.#refused.has(key) && !this.#cleared.has(key)) this.#accept(object);
    }
  }

  /** The tables that the warehouse must have; only to be asked when {@link isSure}. */
  tables(): Tables {
    const isIn = (record: StoredRecord): boolean => !isOdd(record) || this.#accepted.has(record.event);
    const loaded = Array.from(this.#loaded.values());
    const { tables } = oracleOf(loaded.map((object) => asStored({ ...object, records: object.records.filter(isIn) })));
    return { events: tables.events, rejects: loaded.flatMap((object) => this.#rejectsOf(object)).sort(byPlace) };
  }

  #rejectsOf(object: ModelObject): Tables['rejects'] {
    const { key, records } = object;
    if (this.#cleared.has(key)) return [];
    const refused = this.#refused.has(key)
      ? records.flatMap((record, record_index) =>
          isOdd(record) ? [{ source_key: key, record_index, code: REFUSED }] : [],
        )
      : [];
    return [...oracleOf([asStored(object)]).tables.rejects, ...refused];
  }

  #accept(object: ModelObject): void {
    this.#refused.delete(object.key);
    for (const { event } of object.records.filter(isOdd)) this.#accepted.add(event);
  }

  #oddOf(hour: number): { readonly event: TestEvent }[] {
    const all = [...this.stored.values(), ...this.#loaded.values()];
    return all.flatMap((object) => (object.hour === hour ? object.records.filter(isOdd) : []));
  }

  /** What became of events since this was last asked; undefined while the tables are not known. */
  changes(): Changes | undefined {
    if (!this.isSure) return undefined;
    const before = this.#lastKnown;
    this.#lastKnown = this.tables();
    return changesBetween(before, this.#lastKnown);
  }

  toString(): string {
    return `${this.stored.size} objects`;
  }
}

/** The hours that a run may touch, in no order. */
export function hoursOf(what: What): number[] {
  if (what.kind === 'hour' || what.kind === 'range') return [what.hour];
  const all = Array.from({ length: HOURS }, (_, hour) => hour);
  return what.kind === 'date' ? all : all.filter((hour) => hour <= what.hour);
}

/** How many rows are another record's now, and how many derived sessions others went into or came out of. */
export interface Changes {
  readonly replaced: number;
  readonly joined: number;
  readonly split: number;
}

/** Of the events that two states of the tables have in common. */
function changesBetween(before: Tables, after: Tables): Changes {
  const old = new Map(before.events.map((row) => [row['event_id'], row]));
  const pairs = after.events.flatMap((row) => (row['event_id'] === null ? [] : [[old.get(row['event_id']), row]]));
  const both = pairs.filter((pair): pair is [Row, Row] => pair[0] !== undefined);
  const derived = both.filter((pair) => pair.every((row) => row['session_derived'] === true));
  return {
    replaced: both.filter(([was, is]) => was['received_at'] !== is['received_at']).length,
    joined: manyFrom(derived.map(([was, is]) => [is['session_id'], was['session_id']])),
    split: manyFrom(derived.map(([was, is]) => [was['session_id'], is['session_id']])),
  };
}

/** How many of the first members go with more than one second member. */
function manyFrom(pairs: readonly (readonly [unknown, unknown])[]): number {
  const found = new Map<unknown, Set<unknown>>();
  for (const [one, other] of pairs) found.set(one, (found.get(one) ?? new Set()).add(other));
  return Array.from(found.values()).filter((others) => others.size > 1).length;
}

function byPlace(a: Tables['rejects'][number], b: Tables['rejects'][number]): number {
  if (a.source_key !== b.source_key) return a.source_key < b.source_key ? -1 : 1;
  return a.record_index - b.record_index;
}
