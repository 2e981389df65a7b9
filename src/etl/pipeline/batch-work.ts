import type { Columns, Row } from './column.ts';
import { goesOn, rejectOf, type EventRecord, type Reject } from './event-record.ts';
import type { BatchContext, OpenContext, TransformLog } from './transform.ts';
import { misbehaviour } from './transform-error.ts';
import { uuidOfName } from './uuid.ts';

/** The reason under which `drop` counts a record as a duplicate. */
export const DUPLICATE = 'duplicate';

/** What the transforms do with one batch, each in its turn. */
export class BatchWork implements BatchContext {
  readonly rejects: Reject[] = [];
  /** Of the records dropped, by reason; duplicates are no part of it. */
  readonly reasons = new Map<string, number>();
  readonly metrics = new Map<string, number>();
  readonly log: TransformLog;
  /** Of the transform whose turn it is. */
  rejected = 0;
  dropped = 0;
  #transform = '';
  #parts: EventRecord[] = [];

  constructor(log: OpenContext['log']) {
    const at = (level: keyof TransformLog) => (message: string) => log?.(this.#transform, level, message);
    this.log = { debug: at('debug'), info: at('info'), warn: at('warn') };
  }

  /** It is the turn of another transform. */
  begin(transform: string): void {
    this.#transform = transform;
    this.rejected = 0;
    this.dropped = 0;
  }

  // Functions of their own, so that a transform may take them out of the context.
  readonly reject = (record: EventRecord<unknown>, code: string, detail: string): void => {
    if (!goesOn(record)) return;
    record.fate = 'rejected';
    this.rejected += 1;
    this.rejects.push(rejectOf(record, code, detail));
  };

  readonly drop = (record: EventRecord<unknown>, reason: string): void => {
    if (record.fate === 'duplicate' && reason === DUPLICATE) return;
    if (!goesOn(record)) return;
    this.dropped += 1;
    record.fate = reason === DUPLICATE ? 'duplicate' : 'dropped';
    if (reason !== DUPLICATE) increment(this.reasons, reason, 1);
  };

  readonly count = (name: string, by = 1): void => {
    increment(this.metrics, `${this.#transform}.${name}`, by);
  };

  readonly split = <R>(record: EventRecord<R>, part: string | number): EventRecord<R> => {
    const row = { ...record.row } as Row<Columns>;
    const { event_id } = row;
    if (typeof event_id !== 'string') {
      throw misbehaviour(this.#transform, 'splits events before they have an event_id: it must come after parse');
    }
    row['event_id'] = uuidOfName('part', `${event_id} ${this.#transform} ${part}`);
    // Whether the record is a duplicate says nothing of its parts: the key decides about each.
    const made: EventRecord = { ...(record as EventRecord), row, fate: 'live' };
    this.#parts.push(made);
    return made as unknown as EventRecord<R>;
  };

  /** The events that were split off since the last time. */
  takeParts(): EventRecord[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }
}

function increment(counts: Map<string, number>, name: string, by: number): void {
  counts.set(name, (counts.get(name) ?? 0) + by);
}
