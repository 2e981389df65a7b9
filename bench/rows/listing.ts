import { interleave, median } from '../measure.ts';
import { atMost, shown, type Row } from '../row.ts';

const KEYS = 1_000_000;

/** Listing an hour of very many keys. */
export const listing: Row = {
  name: 'listing',
  title: 'list of 1M keys',
  measure: (bench) => {
    const keys = bench.scaled(KEYS);
    return bench.withS3({ keys }, async (s3) => {
      const { list } = await interleave(
        bench.options.rounds,
        { list: () => bench.run<{ keys: number }>('list', { s3 }) },
        (text) => bench.say(text),
      );
      for (const one of list) if (one.keys !== keys) throw new Error(`${one.keys} of ${keys} keys were listed`);
      const cpu_us = median(list.map(({ cpu_s }) => (cpu_s / keys) * 1e6));
      return {
        checks: [atMost(2, { what: `${shown(keys, 0)} keys`, values: list.map(({ wall_s }) => wall_s), unit: 's' })],
        notes: [
          `${shown(cpu_us)} us of client CPU per key, ${shown(median(list.map(({ maxRss_mb }) => maxRss_mb)), 0)} MiB at most. The ` +
            'local S3 shares the machine, and its work is in the wall time.',
        ],
      };
    });
  },
};
