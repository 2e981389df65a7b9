import type { Bench, BenchS3, EtlTaken } from './bench.ts';
import type { HourSpec } from './hours.ts';
import type { S3Spec } from './programs/s3.ts';
import { BENCH_HOUR_MS, HOUR_MS } from './synthetic.ts';

/** The database that a load leaves. */
export const LOADED = 'loaded';

/** An hour in S3, to be loaded as often as one likes. */
export interface LoadableHour {
  readonly s3: BenchS3;
  /** Makes the database {@link LOADED} anew, with what was there before the hour. */
  readonly prepare: () => Promise<void>;
  /** Loads the hour into a warehouse so prepared; it stays. */
  readonly load: () => Promise<EtlTaken>;
}

/**
 * Makes an hour in an S3 loadable.
 *
 * @param before a database that gets nothing but what the hour repeats of the hour before it; each load begins with a copy.
 */
export async function loadableHour(bench: Bench, s3: BenchS3, before: string): Promise<LoadableHour> {
  await bench.warehouses.create(before);
  await loadHourBefore(bench, { database: before, s3 });
  const prepare = (): Promise<void> => bench.warehouses.create(LOADED, before);
  const load = async (): Promise<EtlTaken> => {
    await prepare();
    return bench.runEtl({ database: LOADED, s3 });
  };
  return { s3, prepare, load };
}

/** Does work with an hour in a local S3. */
export async function withHour<T>(
  bench: Bench,
  spec: HourSpec,
  work: (hour: LoadableHour) => Promise<T>,
  more: Omit<S3Spec, 'hours' | 'keys'> = {},
): Promise<T> {
  return bench.withS3({ hours: [spec], ...more }, async (s3) => {
    try {
      return await work(await loadableHour(bench, s3, 'before'));
    } finally {
      await bench.warehouses.drop(LOADED);
      await bench.warehouses.drop('before');
    }
  });
}

/** Loads what the bench's hour repeats of the hour before it; not measured. */
export async function loadHourBefore(bench: Bench, run: Parameters<Bench['runEtl']>[0]): Promise<void> {
  bench.say('loading what was there before');
  await bench.runEtl({ ...run, hour: new Date(BENCH_HOUR_MS - HOUR_MS).toISOString(), profiled: false });
}
