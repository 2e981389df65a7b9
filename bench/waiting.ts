// `npm run bench:waiting`: what waiting costs a transform, in nanoseconds of CPU time per event: not at all, once for a
// batch (prefetch), and once for every event. Each asks a Map, which answers at once; what a real answer takes comes on top.
// `-- ROUNDS EVENTS` changes how many, as 31 20000.
import { decode } from '../src/etl/pipeline/decode/testing.ts';
import { definePipeline, type Pipeline } from '../src/etl/pipeline/pipeline.ts';
import type { Origin } from '../src/etl/pipeline/record.ts';
import { column } from '../src/etl/pipeline/column.ts';
import { transform } from '../src/etl/pipeline/transform.ts';
import { DEFAULT_RULE } from '../src/config/settling-rule.ts';
import { syntheticEvent } from './synthetic.ts';

const BATCH = 1000;
const rounds = Number(process.argv[2] ?? 31);
const events = Number(process.argv[3] ?? 20_000);

const known = new Map([['page_view', 'seen']]);
const answer = (event: Readonly<Record<string, unknown>>): string | null =>
  known.get(String(event['eventName'])) ?? null;
const adds = { answer: column.text('What was looked up') };

const TRANSFORMS: Readonly<Record<string, Pipeline>> = {
  'not at all': definePipeline([
    transform({ name: 'look', adds, each: ({ event, row }) => (row.answer = answer(event)) }),
  ]),
  'once for a batch': definePipeline([
    transform({
      name: 'ask',
      adds,
      open() {
        return {
          prefetch: () => Promise.resolve(),
          each: ({ event, row }) => (row.answer = answer(event)),
        };
      },
    }),
  ]),
  'once for every event': definePipeline([
    transform({
      name: 'wait',
      adds,
      open() {
        return {
          async prefetch(records) {
            for (const { event, row } of records) row.answer = await Promise.resolve(answer(event));
          },
          batch: () => undefined,
        };
      },
    }),
  ]),
};

const text = Array.from({ length: events }, (_, number) => syntheticEvent(number, events)).join('\n');
const pieces = decode(text).flatMap((piece) => (piece.ok ? [piece] : []));
const origin: Origin = { key: 'events/2025/12/06/05/event-1.json', etag: '"1"', size_bytes: 1, lastModified_ms: 0 };

/** Nanoseconds of CPU time per event. */
async function cost(pipeline: Pipeline): Promise<number> {
  const run = await pipeline.open(DEFAULT_RULE);
  const records = pieces.map((piece) => run.record(piece, origin));
  const before = process.cpuUsage();
  for (let at = 0; at < records.length; at += BATCH) await run.process(records.slice(at, at + BATCH));
  const { user, system } = process.cpuUsage(before);
  await run.close();
  return ((user + system) * 1000) / records.length;
}

const found = new Map<string, number[]>(Object.keys(TRANSFORMS).map((how) => [how, []]));
for (let round = 0; round < rounds; round += 1) {
  for (const [how, one] of Object.entries(TRANSFORMS)) {
    found.get(how)!.push(await cost(one));
  }
}
for (const [how, costs] of found) {
  const median = costs.sort((a, b) => a - b)[costs.length >> 1]!;
  console.log(`${how.padEnd(22)}${median.toFixed(0).padStart(6)} ns per event`);
}
