import { CONCURRENT_GETS } from '../../src/etl/pipeline/read-ahead.ts';
import { interleave, median, type Taken } from '../measure.ts';
import type { HourSpec } from '../hours.ts';
import { withHour, type LoadableHour } from '../loadable-hour.ts';
import { atLeast, shown, type Row, type RowResult } from '../row.ts';

const OBJECTS = 100_000;
const LATENCY_MS = 15;

/** What an S3 that takes its time leaves of the speed. */
export const latency: Row = {
  name: 'latency',
  title: `small-object hour with ${LATENCY_MS} ms latency per GET`,
  limit:
    "the ETL's core is busy: it takes as many objects a second as one core has time for (row `small-objects`), whatever the latency; the local S3 and " +
    'PostgreSQL share the other one. 192 GETs at once instead of 128 changed nothing (5,411 and 5,348 objects a second).',
  measure: (bench) => {
    const spec: HourSpec = { shape: 'objects', events: bench.scaled(OBJECTS) };
    const measured = async ({ s3, load }: LoadableHour): Promise<RowResult> => {
      const found = await interleave<'all' | 'read', Taken>(
        bench.options.rounds,
        { all: load, read: () => bench.run('stages', { s3, args: ['read'] }) },
        (text) => bench.say(text),
      );
      const perSecond = ({ wall_s }: Taken): number => spec.events / wall_s;
      return {
        checks: [atLeast(6000, { what: 'objects per second', values: found.all.map(perSecond), digits: 0 })],
        notes: [
          `${CONCURRENT_GETS} GETs at once without anything else: ${shown(median(found.read.map(perSecond)), 0)} objects per second. Pages of the ` +
            'listing wait as long as objects do.',
        ],
      };
    };
    return withHour(bench, spec, measured, { latency_ms: LATENCY_MS });
  },
};
