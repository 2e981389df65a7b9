import { median } from '../measure.ts';
import { atMost, type Row } from '../row.ts';
import { cost_us, hoursMeasured, hoursTable } from './hours-measured.ts';
import { endsOf, sizeOf } from './memory.ts';

/** Cost, which must grow as the hour does and no faster. */
export const growth: Row = {
  name: 'growth',
  title: 'cost growth from 100k to 10M events',
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
