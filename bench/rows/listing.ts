import type { Bench, BenchS3 } from '../bench.ts';
import { interleave, median, type Taken } from '../measure.ts';
import { processCpu_s } from '../postgres-cpu.ts';
import { atMost, shown, type Row } from '../row.ts';

const KEYS = 1_000_000;
const KEYS_OF_A_PAGE = 1_000;
/** About what S3 takes for a page. */
const LATENCY_MS = 50;

/** Listing an hour of very many keys. */
export const listing: Row = {
  name: 'listing',
  title: 'list of 1M keys',
  limit:
    'the local S3, on the same two cores, takes as much CPU to write a page as the client takes to read it, and the wall time is at least that of either. ' +
    'Pages by key range keep both at work: one page ahead took the sum of the two, 5.5 s. A key read by one expression rather than from tag to tag takes ' +
    'a third of the time, which left the client with 2.0 to 2.7 us a key instead of 3.3 to 3.6.',
  measure: async (bench) => {
    const keys = bench.scaled(KEYS);
    const atOnce = await bench.withS3({ keys }, async (s3) => {
      const { list } = await interleave(bench.options.rounds, { list: () => measureListing(bench, s3, keys) }, (text) =>
        bench.say(text),
      );
      return list;
    });
    const far = await bench.withS3({ keys, latency_ms: LATENCY_MS }, (s3) => measureListing(bench, s3, keys));
    const each_us = (cpu_s: (one: Listed) => number): string =>
      `${shown((median(atOnce.map(cpu_s)) / keys) * 1e6)} us per key`;
    const pages = Math.ceil(keys / KEYS_OF_A_PAGE);
    return {
      checks: [atMost(2, { what: `${shown(keys, 0)} keys`, values: atOnce.map(({ wall_s }) => wall_s), unit: 's' })],
      notes: [
        `CPU of the client: ${each_us(({ cpu_s }) => cpu_s)}; of the local S3, which shares the machine: ` +
          `${each_us(({ s3_s }) => s3_s)}. ${shown(median(atOnce.map(({ maxRss_mb }) => maxRss_mb)), 0)} MiB at most.`,
        `From an S3 that takes ${LATENCY_MS} ms for a page: ${shown(far.wall_s)} s, where ${shown(pages, 0)} pages one after the other ` +
          `would take ${shown((pages * LATENCY_MS) / 1000, 0)} s at least.`,
      ],
    };
  },
};

interface Listed extends Taken {
  readonly s3_s: number;
}

async function measureListing(bench: Bench, s3: BenchS3, keys: number): Promise<Listed> {
  const before_s = processCpu_s(s3.pid);
  const taken = await bench.run<{ keys: number }>('list', { s3 });
  if (taken.keys !== keys) throw new Error(`${taken.keys} of ${keys} keys were listed`);
  return { ...taken, s3_s: processCpu_s(s3.pid) - before_s };
}
