import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { standardTransforms } from '../../src/etl/default-pipeline.ts';
import { definePipeline, type Pipeline } from '../../src/etl/pipeline/pipeline.ts';
import { transform } from '../../src/etl/pipeline/transform.ts';
import { redrive } from '../../src/etl/redrive/redrive.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { freshBucket } from '../support/bucket.ts';
import { aimName, FaultBench, once, type Aim } from '../support/fault-bench.ts';
import { endHolds, expectLoaded, expectWholeBatches } from '../support/ledger.ts';
import { mixedHour, putObjects } from '../support/mixed-hour.ts';
import { oracleOf } from '../support/oracle.ts';
import type { PostgresFault } from '../support/postgres-proxy.ts';
import { Sometimes } from '../support/sometimes.ts';

const objects = mixedHour({ seed: 'redrive', events: 150, perObject: 30 });
const oracle = oracleOf(objects);
const sometimes = new Sometimes('duplicate', 'completed', 'resume');
let s3: S3Server;

/** Refuses every third record, wrongly. */
const refuse = transform({
  name: 'refuse',
  each(record, context) {
    if (record.index % 3 === 0) context.reject(record, 'refused', 'It is refused.');
  },
});
const faulty: Pipeline = definePipeline([...standardTransforms, refuse]);

beforeAll(async () => {
  s3 = await freshBucket();
  await putObjects(s3, objects);
});

afterAll(async () => {
  await s3.close();
});

const AIMS: readonly Aim[] = [
  { at: 'answer', of: 'take hold' },
  { at: 'answer', of: 'enter run' },
  { at: 'data', of: 'copy events' },
  { at: 'answer', of: 'clear rejects' },
  { at: 'answer', of: 'move checkpoint', nth: 2 },
  { at: 'statement', of: 'commit', nth: 2 },
  { at: 'answer', of: 'commit', nth: 2 },
  { at: 'answer', of: 'commit', nth: 3 },
  { at: 'statement', of: 'settle' },
  { at: 'answer', of: 'settle' },
];
const CASES = AIMS.flatMap((aim) =>
  (['reset', 'refuse', 'silence'] as const)
    .filter((kind) => kind !== 'refuse' || aim.at === 'statement')
    .map((kind) => [kind, aimName(aim), aim] as const),
);

it.concurrent.each(CASES)(
  'a redrive met by %s at %s leaves no dead letter’s record lost or doubled',
  async (kind, _, aim) => {
    const bench = await FaultBench.open(s3, oracle);
    try {
      expect(await bench.run({ pipeline: faulty }, 60_000)).toMatchObject({ status: 'complete' });
      const { host, port } = bench.proxy;
      const settings = { ...bench.warehouse.settings, maxRecordsPerBatch: 15 };
      const throughProxy = { ...settings, postgres: { ...settings.postgres, host, port } };
      const fault: PostgresFault = kind === 'refuse' ? { kind, sqlstate: '53100' } : { kind };
      const { plan, fired } = once(aim, fault);
      bench.proxy.plan = plan;

      // What falls silent is given up when the time is up.
      const limits = { remaining_ms: kind === 'silence' ? 8_000 : 60_000, memory_bytes: Infinity };
      const result = await redrive({}, throughProxy, { pipeline: defaultPipeline, limits }).catch(() => undefined);
      expect(fired(), 'the moment came').toBe(1);
      if (kind === 'reset')
        expect(result, 'a connection that breaks is made anew').toMatchObject({ status: 'complete' });
      sometimes.saw('duplicate', result?.duplicates);
      sometimes.saw(result?.status === 'complete' ? 'completed' : 'resume');
      await expectWholeBatches(bench.warehouse);

      bench.proxy.reset();
      await endHolds(bench.warehouse);
      await redrive({}, settings, { pipeline: defaultPipeline });
      await expectLoaded(bench.warehouse, oracle);
    } finally {
      await bench.close();
    }
  },
);
