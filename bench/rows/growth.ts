import { median } from '../measure.ts';
import { atMost, type Row } from '../row.ts';
import { cost_us, hoursMeasured, hoursTable } from './hours-measured.ts';
import { endsOf, sizeOf } from './memory.ts';

/** Cost, which must grow as the hour does and no faster. */
export const growth: Row = {
  name: 'growth',
  title: 'cost growth from 100k to 10M events',
  limit:
    "at 10M events those of ten minutes, in which a visit's are, are more than the server's shared_buffers, and settling fetches each session's from the " +
    'system: 2M events, settled at one go, took 25.8 us of CPU each with the 512 MB of `bench/warehouses.ts`, and 34.7 with 100 MB. And the ETL remembers ' +
    '65,536 open sessions, fewer than there are then: one event in nine has its session corrected in settling.',
  measure: async (bench) => {
    const { small, large } = endsOf(await hoursMeasured(bench));
    const base_us = median(cost_us(small));
    return {
      checks: [
        atMost(1.1, {
          what: `CPU per event, ETL and PostgreSQL, ${sizeOf(large)} over ${sizeOf(small)}, NDJSON`,
          values: cost_us(large).map((us) => us / base_us),
        }),
      ],
      tables: [hoursTable([small, large])],
      notes: large.size < 10_000_000 ? ['`npm run bench -- full` measures it up to 10M events.'] : [],
    };
  },
};
