import type { SettlingRule } from '../../config/settling-rule.ts';
import type { Row } from '../pipeline/column.ts';
import { decode } from '../pipeline/decode/testing.ts';
import { definePipeline, type ColumnsOf, type Pipeline } from '../pipeline/pipeline.ts';
import { RULE } from '../pipeline/testing/rule.ts';
import type { DecodedRecord, JsonObject, Origin } from '../pipeline/record.ts';
import type { Transform } from '../pipeline/transform.ts';

/** When `received` events were received, and an hour later the time of the object that tests' events lie in. */
export const RECEIVED = '2025-12-06T05:30:00.000Z';
export const RECEIVED_MS = Date.parse(RECEIVED);

export const ORIGIN: Origin = {
  key: 'events/2025/12/06/05/event-1.json',
  etag: '"1"',
  size_bytes: 1000,
  lastModified_ms: RECEIVED_MS + 3_600_000,
};

/** An event as the ingest stores it. */
export function received(fields: JsonObject, receivedAt: unknown = RECEIVED): JsonObject {
  return { ...fields, _ingest: { receivedAt, sourceIp: '203.0.113.9', userAgent: 'tests' } };
}

/** What came out of the transforms for one batch. */
export interface Transformed<R> {
  /** Of the records that were passed on. */
  readonly rows: readonly R[];
  /** `code index`, so that a test can say all of it on a line. */
  readonly rejects: readonly string[];
  /** Of the rejects, in their order. */
  readonly details: readonly string[];
  readonly duplicates: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface RunOptions extends Partial<SettlingRule> {
  readonly origin?: Partial<Origin>;
}

/** An event, or its JSON text where it matters how it was written. */
export type EventOrText = JsonObject | string;

/** Runs batches of events through one opened pipeline, as the engine does. The events are frozen, so nobody writes to them. */
export async function runBatches<const List extends readonly Transform[]>(
  transforms: List,
  batches: readonly (readonly EventOrText[])[],
  { origin, ...rule }: RunOptions = {},
): Promise<Transformed<Row<ColumnsOf<List>>>[]> {
  const pipeline: Pipeline = definePipeline(transforms as readonly Transform[]);
  const run = await pipeline.open({ ...RULE, sessionTimeout_ms: 30 * 60_000, ...rule });
  const out = batches.map((events) => {
    const records = piecesOf(events).map((piece) => run.record(piece, { ...ORIGIN, ...origin }));
    const batch = run.batch(records);
    run.delivered(batch.records);
    return {
      rows: batch.records.map(({ row }) => row as Row<ColumnsOf<List>>),
      rejects: batch.rejects.map(({ code, index }) => `${code} ${index}`),
      details: batch.rejects.map(({ detail }) => detail),
      duplicates: batch.duplicates.length,
      dropped: Object.fromEntries(batch.dropped),
      metrics: Object.fromEntries(batch.metrics),
    };
  });
  await run.close();
  return out;
}

/** The same for one batch. */
export async function runTransforms<const List extends readonly Transform[]>(
  transforms: List,
  events: readonly EventOrText[],
  options?: RunOptions,
): Promise<Transformed<Row<ColumnsOf<List>>>> {
  const [out] = await runBatches(transforms, [events], options);
  return out!;
}

/** The row of one event. */
export async function rowOf<const List extends readonly Transform[]>(
  transforms: List,
  event: EventOrText,
  options?: RunOptions,
): Promise<Row<ColumnsOf<List>>> {
  const { rows, rejects } = await runTransforms(transforms, [event], options);
  if (rows.length !== 1) throw new Error(`no row: ${rejects.join()}`);
  return rows[0]!;
}

function piecesOf(events: readonly EventOrText[]): DecodedRecord[] {
  const text = events.map((event) => (typeof event === 'string' ? event : JSON.stringify(event))).join('\n');
  return decode(text).map((piece) => {
    if (!piece.ok) throw new Error(piece.detail);
    deepFreeze(piece.event);
    return piece;
  });
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
}
