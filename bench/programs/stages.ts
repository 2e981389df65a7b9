// The ETL's work on the bench's hour up to a stage, alone and without a warehouse: `read` gets the objects, `decode` also
// makes records of them, `transform` also takes these through the transforms, `encode` also writes lines of COPY. What a
// stage costs is the difference to the one before it. `json` is the limit: JSON.parse of each line as it arrives.
import { DEFAULT_RULE } from '../../src/config/settling-rule.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { batchesOf } from '../../src/etl/pipeline/batches.ts';
import type { EventRecord } from '../../src/etl/pipeline/event-record.ts';
import { collectIfLarge, keepHeapSmall } from '../../src/etl/pipeline/heap.ts';
import { hourUnit } from '../../src/etl/pipeline/hours.ts';
import { objectsOf } from '../../src/etl/pipeline/listing.ts';
import { NO_KEYS } from '../../src/etl/pipeline/progress.ts';
import { ReadAhead } from '../../src/etl/pipeline/read-ahead.ts';
import { readObjects, readTogether, WHOLE_OBJECT_BYTES } from '../../src/etl/pipeline/read-objects.ts';
import type { Origin } from '../../src/etl/pipeline/record.ts';
import { RowEncoder } from '../../src/etl/sinks/postgres/encode.ts';
import { PostgresRows } from '../../src/etl/sinks/postgres/prepared-rows.ts';
import { S3Store } from '../../src/etl/sources/s3/store.ts';
import { BENCH_HOUR_MS } from '../synthetic.ts';
import { given, measured } from './measured.ts';

/** As many as a run's batches grow to. */
const BATCH_RECORDS = 1_024;
const BATCH_BYTES = 2 * 2 ** 20;
const AHEAD_BYTES = 4 * 2 ** 20;

const store = new S3Store({ bucket: given('RAW_BUCKET_NAME'), endpoint: given('AWS_ENDPOINT_URL_S3') });
const { signal } = new AbortController();
const origins = (): AsyncGenerator<Origin> => objectsOf(store, hourUnit(BENCH_HOUR_MS), signal);

const STAGES: Readonly<Record<string, () => Promise<number>>> = {
  read: () =>
    eachObject(
      () => undefined,
      () => undefined,
    ),
  json: parseLines,
  decode: async () => {
    let records = 0;
    for await (const { pieces } of readObjects(store, origins(), { partial: null, ahead_bytes: AHEAD_BYTES, signal })) {
      records += pieces.length;
    }
    return records;
  },
  transform: () => transformed(() => undefined),
  encode: () => {
    const encoder = new RowEncoder(defaultPipeline.columns);
    return transformed((records, duplicates) => PostgresRows.of(records, duplicates, encoder));
  },
};

await measured(async () => {
  keepHeapSmall();
  const stage = STAGES[process.argv[2] ?? ''];
  if (!stage) throw new Error(`stages are ${Object.keys(STAGES).join(', ')}`);
  const records = await stage();
  await store.close();
  return { records };
});

/** Gets every object, the small ones many at a time; how many there were. */
async function eachObject(onBytes: (bytes: Buffer) => void, onEnd: () => void): Promise<number> {
  const ahead = new ReadAhead(origins(), {
    ahead_bytes: AHEAD_BYTES,
    isFetched: ({ size_bytes }) => size_bytes <= WHOLE_OBJECT_BYTES,
    fetch: (origin) => store.read(origin, signal),
  });
  let objects = 0;
  do {
    for (let object = ahead.take(); object; object = ahead.take()) {
      objects += 1;
      if (object.error !== undefined) throw new Error('an object cannot be read', { cause: object.error });
      if (object.whole) onBytes(object.whole.body);
      else
        for await (const bytes of (await store.stream(object.origin, 0, signal)).body)
          onBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
      onEnd();
      ahead.free(object);
    }
  } while (await ahead.wait());
  return objects;
}

async function parseLines(): Promise<number> {
  let rest: Buffer = Buffer.alloc(0);
  let records = 0;
  const parse = (line: string): void => {
    if (line === '') return;
    JSON.parse(line);
    records += 1;
  };
  await eachObject(
    (bytes) => {
      const all = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      let from = 0;
      for (let at = all.indexOf(10); at !== -1; at = all.indexOf(10, from)) {
        parse(all.toString('utf8', from, at));
        from = at + 1;
      }
      rest = all.subarray(from);
    },
    () => {
      parse(rest.toString());
      rest = Buffer.alloc(0);
    },
  );
  return records;
}

type Work = (records: readonly EventRecord[], duplicates: readonly EventRecord[]) => Promise<unknown> | undefined;

/** Takes every batch through the transforms; how many records there were. */
async function transformed(work: Work): Promise<number> {
  const run = await defaultPipeline.open(DEFAULT_RULE);
  const chunks = readTogether(store, origins(), { partial: null, ahead_bytes: AHEAD_BYTES, signal });
  const limits = { records: () => BATCH_RECORDS, bytes: BATCH_BYTES };
  let records = 0;
  for await (const batch of batchesOf(chunks, { seen: NO_KEYS, partial: null }, run.record.bind(run), limits, signal)) {
    const passed = await run.process(batch.records);
    await work(passed.records, passed.duplicates);
    run.delivered(passed.records);
    records += batch.counts.read;
    collectIfLarge();
  }
  await run.close();
  return records;
}
