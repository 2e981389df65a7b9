import type { Bench } from '../bench.ts';
import { LOADED } from '../loadable-hour.ts';
import { median, ratios, type Taken } from '../measure.ts';
import { atMost, shown, type Row } from '../row.ts';
import { ndjsonHour } from './ndjson-hour.ts';

/** What a load that finds all of its rows there costs and leaves. */
export const rerun: Row = {
  name: 'rerun',
  title: 'rerun of a loaded hour',
  measure: async (bench) => {
    const { s3, load } = await ndjsonHour(bench);
    const first: Taken[] = [];
    const again: Taken[] = [];
    const wal_mb: number[] = [];
    const bloat: number[] = [];
    for (let round = 0; round < bench.options.rounds; round += 1) {
      bench.say(`first load, round ${round + 1} of ${bench.options.rounds}`);
      first.push(await load());
      // As the server does by itself before anybody runs the hour again.
      await bench.warehouses.ask(LOADED, 'VACUUM (ANALYZE)');
      const before = await stateOf(bench);
      bench.say(`rerun, round ${round + 1} of ${bench.options.rounds}`);
      const taken = await bench.runEtl({ database: LOADED, s3 });
      if (taken.inserted !== 0) throw new Error(`a rerun inserted ${taken.inserted} rows`);
      again.push(taken);
      const after = await stateOf(bench);
      wal_mb.push((after.wal_bytes - before.wal_bytes) / 1e6);
      bloat.push(after.size_bytes / before.size_bytes);
    }
    const cpu = (key: 'cpu_s' | 'server_s'): string =>
      `${shown(median(again.map((one) => one[key])))} s after ${shown(median(first.map((one) => one[key])))} s`;
    return {
      checks: [
        atMost(1, { what: 'wall over the first load', values: ratios(again, first, ({ wall_s }) => wall_s) }),
        atMost(10, { what: 'WAL', values: wal_mb, unit: 'MB', digits: 1 }),
        atMost(1.01, { what: 'size of all tables and indexes over before', values: bloat, digits: 3 }),
      ],
      notes: [`Client CPU ${cpu('cpu_s')}, PostgreSQL's ${cpu('server_s')}. Between the two the tables are vacuumed.`],
    };
  },
};

async function stateOf(bench: Bench): Promise<{ wal_bytes: number; size_bytes: number }> {
  const [state] = await bench.warehouses.ask<{ wal_bytes: string; size_bytes: string }>(
    LOADED,
    `SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS wal_bytes,
      (SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
       WHERE relkind = 'r' AND nspname = 'public') AS size_bytes`,
  );
  return { wal_bytes: Number(state!.wal_bytes), size_bytes: Number(state!.size_bytes) };
}
