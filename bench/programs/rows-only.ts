// The ETL without sessions, orders and rollups: the same parts, with a sink that neither marks nor settles anything.
import { readEtlSettings } from '../../src/config/settings.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { keepHeapSmall } from '../../src/etl/pipeline/heap.ts';
import type { HourUnit } from '../../src/etl/pipeline/hours.ts';
import type { Claim, Sink } from '../../src/etl/pipeline/sink.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { Marks } from '../../src/etl/sinks/postgres/marks.ts';
import { PostgresSink } from '../../src/etl/sinks/postgres/sink.ts';
import { BENCH_HOUR } from '../synthetic.ts';
import { measured } from './measured.ts';

const NO_MARKS: Marks = { sessions: [], orders: [], activity: [] };

class RowsOnlySink extends PostgresSink {
  override async claim(unit: HourUnit): ReturnType<PostgresSink['claim']> {
    const claim = await super.claim(unit);
    if (!claim) return undefined;
    const prepare = claim.prepare.bind(claim);
    const changes: Pick<Claim, 'prepare' | 'settle'> = {
      prepare: async (records, duplicates) => Object.assign(await prepare(records, duplicates), { marks: NO_MARKS }),
      settle: () => Promise.resolve(),
    };
    return Object.assign(claim, changes);
  }
}

await measured(async () => {
  const settings = readEtlSettings(process.env);
  keepHeapSmall();
  const sink: Sink = new RowsOnlySink({
    postgres: settings.postgres,
    tables: settings.tables,
    columns: defaultPipeline.columns,
    rule: settings,
    trigger: 'explicit',
    timeLeft_ms: () => 3_600_000,
    aheadRows: Infinity,
  });
  return { ...(await runEtl({ targetUtcHour: BENCH_HOUR }, settings, { sink })) };
});
