// `npm run bench:transforms`: what each built-in transform costs, in nanoseconds of CPU time per event: the median over
// batches of rounds in which all of them take their turns over the same synthetic events. CPU time, since that is what
// one pays for and what a busy machine changes least. JSON.parse is left out: each batch is decoded before its turn.
// `-- ROUNDS EVENTS` changes how many, as 31 20000.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../src/etl/pipeline/decode/testing.ts';
import { definePipeline, type Pipeline } from '../src/etl/pipeline/pipeline.ts';
import type { TransformRun } from '../src/etl/pipeline/transform.ts';
import type { DecodedRecord, JsonObject, Origin } from '../src/etl/pipeline/record.ts';
import { attribute, convertCurrency, dedupe, detectBots, detectDevice, filter, flatten, geolocate, mapEventNames, parse, redact, rename, sample, sessionize, validate } from '../src/etl/transforms/index.ts'; // prettier-ignore
import { mmdb } from '../src/etl/transforms/mmdb-writer.ts';
import { BENCH_HOUR_MS, BENCH_PREFIX, syntheticEvent } from './synthetic.ts';
import { DEFAULT_RULE } from '../src/config/settling-rule.ts';

/** The issue's limit on parse, dedupe, sessionize and flatten together. */
const LIMIT_NS = 3000;
const CORE = ['parse', 'dedupe', 'sessionize', 'flatten'];
const BATCH = 500;

const rounds = Number(process.argv[2] ?? 15);
const events = Number(process.argv[3] ?? 20_000);

/** Four of five events come from within the shop; of the others some by a campaign. Browsers are a few dozen. */
function shopEvent(number: number): JsonObject {
  const event = JSON.parse(syntheticEvent(number, events)) as Record<string, unknown>;
  if (number % 5 !== 0) event['referrer'] = 'https://shop.example/category/lamps';
  if (number % 20 === 0) event['pageUrl'] = `${String(event['pageUrl'])}&utm_source=newsletter&utm_medium=email`;
  if (number % 50 === 0) Object.assign(event, { eventName: 'purchase', orderId: `o-${number}`, orderTotal: '117.50' });
  const version = 100 + (number % 40);
  const ingest = event['_ingest'] as Record<string, unknown>;
  ingest['userAgent'] = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`; // prettier-ignore
  ingest['sourceIp'] = `203.0.${(number >> 3) % 256}.${number % 7}`;
  return event;
}

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const database = join(folder, 'cities.mmdb');
const BERLIN = { country: { iso_code: 'DE' }, subdivisions: [{ iso_code: 'BE' }], city: { names: { en: 'Berlin' } } };
writeFileSync(database, mmdb({ '203.0.0.0/17': BERLIN }));

const PRICE = { type: 'object', properties: { price: { type: 'number', minimum: 0 } }, required: ['id'] };
const pipeline = definePipeline([
  parse,
  dedupe,
  sessionize,
  flatten,
  redact({ properties: { 'customer.email': 'drop' } }),
  attribute(),
  detectBots({ ownAddresses: ['198.51.100.0/24', '2001:db8::/32'] }),
  detectDevice(),
  geolocate({ database }),
  mapEventNames(),
  rename({ properties: { 'viewport.width': 'width' } }),
  convertCurrency({ to: 'EUR', rates: { '2025-12-05': { USD: '1.1645' } }, assume: 'USD' }),
  validate({ schemas: { '*': { type: 'object', required: ['eventName'], properties: { product: PRICE } } } }),
  filter({ except: ['heartbeat'] }),
  sample({ rate: 1 }),
]);

const lines = Array.from({ length: events }, (_, number) => JSON.stringify(shopEvent(number)));

/** A batch as a run has it: just decoded. */
function decoded(from: number): readonly DecodedRecord[] {
  return decode(lines.slice(from, from + BATCH).join('\n')).map((piece) => {
    if (!piece.ok) throw new Error(piece.detail);
    return piece;
  });
}

const origin: Origin = {
  key: `${BENCH_PREFIX}event-1.json`,
  etag: '"1"',
  size_bytes: 1_000_000,
  lastModified_ms: BENCH_HOUR_MS + 3_600_000,
};

/** Of each batch the nanoseconds per event, by transform. */
let costs = new Map<string, number[]>();

/** The pipeline with a clock around each transform. */
const timed: Pipeline = {
  ...pipeline,
  open: (context) =>
    definePipeline(
      pipeline.transforms.map((one) => ({
        ...one,
        open: async () => withClock(one.name, await one.open(context)),
      })) as never,
    ).open(context),
};

function withClock(name: string, run: TransformRun<unknown>): TransformRun<unknown> {
  if (!costs.has(name)) costs.set(name, []);
  return {
    ...run,
    batch: (records, context) => {
      const before = process.cpuUsage();
      const passed = run.batch(records, context);
      const { user, system } = process.cpuUsage(before);
      costs.get(name)!.push(((user + system) * 1000) / records.length);
      return passed;
    },
  };
}

/** All transforms over all events. */
async function round(): Promise<void> {
  const run = await timed.open(DEFAULT_RULE);
  for (let at = 0; at < lines.length; at += BATCH) {
    const batch = run.batch(decoded(at).map((piece) => run.record(piece, origin)));
    run.delivered(batch.records);
    if (batch.rejects.length > 0) throw new Error(`rejected: ${batch.rejects[0]!.detail}`);
  }
  await run.close();
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

try {
  // The first rounds warm the code up and do not count.
  for (let number = -3; number < rounds; number += 1) {
    process.stderr.write(`\r${number < 0 ? 'warming up' : `round ${number + 1} of ${rounds}`} ...   `);
    if (number === 0) costs = new Map();
    await round();
  }
  process.stderr.write('\r                      \r');
  console.log(`${events} events, median of the batches of ${rounds} rounds\n\ntransform        ns per event`);
  const medians = Array.from(costs, ([name, all]) => [name, median(all)] as const);
  for (const [name, ns] of medians) console.log(`${name.padEnd(16)} ${ns.toFixed(0).padStart(12)}`);
  const core_ns = medians.filter(([name]) => CORE.includes(name)).reduce((sum, [, ns]) => sum + ns, 0);
  console.log(`\n${CORE.join(' + ')}: ${core_ns.toFixed(0)} ns, limit ${LIMIT_NS}`);
  if (core_ns > LIMIT_NS) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
