import type { Bench, BenchS3, EtlTaken } from './bench.ts';
import type { HourSpec } from './hours.ts';
import type { S3Spec } from './programs/s3.ts';
import { BENCH_HOUR_MS, HOUR_MS } from './synthetic.ts';

/** The database that a load leaves. */
export const LOADED = 'loaded';
/** A warehouse with nothing but what the hour repeats of the hour before it; each load begins with a copy. */
const BEFORE = 'before';

/** An hour in S3, to be loaded as often as one likes. */
export interface LoadableHour {
  readonly s3: BenchS3;
  /** Makes the database {@link LOADED} anew, with what was there before the hour. */
  readonly prepare: () => Promise<void>;
  /** Loads the hour into a warehouse so prepared; it stays. */
  readonly load: () => Promise<EtlTaken>;
}

/** Does work with an hour in a local S3. */
export async function withHour<T>(
  bench: Bench,
  spec: HourSpec,
  work: (hour: LoadableHour) => Promise<T>,
  more: Omit<S3Spec, 'hours' | 'keys'> = {},
): Promise<T> {
  return bench.withS3({ hours: [spec], ...more }, async (s3) => {
    await bench.warehouses.create(BEFORE);
    await loadHourBefore(bench, { database: BEFORE, s3 });
    const prepare = (): Promise<void> => bench.warehouses.create(LOADED, BEFORE);
    const load = async (): Promise<EtlTaken> => {
      await prepare();
      return bench.runEtl({ database: LOADED, s3 });
    };
    try {
      return await work({ s3, prepare, load });
    } finally {
      await bench.warehouses.drop(LOADED);
      await bench.warehouses.drop(BEFORE);
    }
  });
}

/** Loads what the bench's hour repeats of the hour before it; not measured. */
export async function loadHourBefore(bench: Bench, run: Parameters<Bench['runEtl']>[0]): Promise<void> {
  bench.say('loading what was there before');
  await bench.runEtl({ ...run, hour: new Date(BENCH_HOUR_MS - HOUR_MS).toISOString(), profiled: false });
}
