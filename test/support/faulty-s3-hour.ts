import { crc32 } from 'node:zlib';
import type { EtlOptions } from '../../src/etl/run-etl.ts';
import { S3Store } from '../../src/etl/sources/s3/store.ts';
import { PREFIX } from './bucket.ts';
import { FaultBench, type Ending } from './fault-bench.ts';
import {
  startFaultyS3,
  type FaultyS3,
  type S3Fault,
  type S3Plan,
  type SeenRequest,
  type WholeAnswer,
} from './faulty-s3.ts';
import { mixedHour, putObjects, type StoredObject } from './mixed-hour.ts';
import { oracleOf } from './oracle.ts';

/** Seed of the hour; `CLICKSTREAM_SEED` gives another. */
const SEED = process.env['CLICKSTREAM_SEED'] ?? 's3 faults';
/** So that the hour's listing has several pages. */
const PAGE_KEYS = 15;
/** Longer than what is fetched whole. */
const PADDING = 'x'.repeat(5_000);

/** An object that is streamed, in the middle of the hour. */
export const LARGE: StoredObject = {
  key: `${PREFIX}event-8-large.json`,
  form: 'lines',
  records: mixedHour({ seed: `${SEED}, large`, events: 300 }).flatMap(({ records }) =>
    records.flatMap((record) =>
      'event' in record ? [{ event: { ...record.event, pageUrl: `https://shop.example/p?${PADDING}` } }] : [],
    ),
  ),
};

/** The hour that is loaded: small objects of every kind, and a large one amid them. */
export const HOUR_OBJECTS = [...mixedHour({ seed: SEED, events: 150, perObject: 20 }), LARGE];
export const ORACLE = oracleOf(HOUR_OBJECTS);

const KEYS = HOUR_OBJECTS.map(({ key }) => key).sort();
/** Behind the large one, so that much was committed before it. */
export const SMALL = HOUR_OBJECTS.find(({ key }) => key === KEYS.at(-10))!;
/** How the local S3 names the second page. */
const SECOND_PAGE = Buffer.from(KEYS[PAGE_KEYS - 1]!).toString('base64url');

/** Where a fault happens. */
export type Place = 'LIST' | 'LIST of a later page' | 'GET of a small object' | 'GET of a streamed object';

export const PLACES: readonly Place[] = [
  'LIST',
  'LIST of a later page',
  'GET of a small object',
  'GET of a streamed object',
];

export function isAt(place: Place, { key, token, startAfter }: SeenRequest): boolean {
  if (place === 'LIST') return key === '' && token === undefined && startAfter === undefined;
  if (place === 'LIST of a later page') return token === SECOND_PAGE;
  return key === (place === 'GET of a small object' ? SMALL.key : LARGE.key);
}

/** Few tries with short waits between them, and the time that a busy machine may take for an answer. */
export const LIMITS = {
  timeouts: { connect_ms: 20_000, answer_ms: 20_000, idle_ms: 20_000, whole_ms: 60_000 },
  retries: { maxAttempts: 3, first_ms: 10, firstThrottled_ms: 10 },
};

/** The same for where a time-out is what the test is of. */
export const SHORT_LIMITS = { ...LIMITS, timeouts: { ...LIMITS.timeouts, answer_ms: 2_500, idle_ms: 2_500 } };

export interface RunOptions extends Omit<EtlOptions, 'limits' | 'store'> {
  readonly remaining_ms?: number;
  /** The store's; `{}` for those that it has by itself. */
  readonly storeLimits?: Partial<typeof LIMITS>;
}

/** How a run ended, what its error says, and how many requests S3 saw of it. */
export interface S3Ending extends Ending {
  readonly message: string;
  readonly requests: number;
}

/** An S3 that answers as planned, a warehouse to load from it, and the hour in it. */
export class S3Bench {
  readonly s3: FaultyS3;
  readonly bench: FaultBench;

  private constructor(s3: FaultyS3, bench: FaultBench) {
    this.s3 = s3;
    this.bench = bench;
  }

  static async open(): Promise<S3Bench> {
    const s3 = await startFaultyS3({ pageKeys: PAGE_KEYS });
    await putObjects(s3, HOUR_OBJECTS);
    return new S3Bench(s3, await FaultBench.open(s3, ORACLE));
  }

  /** Loads the hour while `fault` meets each request at `place`, or those that it gives a fault for. */
  async run(
    place: Place,
    fault: S3Fault | ((request: SeenRequest) => S3Fault | undefined) | undefined,
    options: RunOptions = {},
  ): Promise<S3Ending> {
    const plan: S3Plan = (request) => {
      if (!isAt(place, request)) return undefined;
      return typeof fault === 'function' ? fault(request) : fault;
    };
    const ending = await this.runWith(plan, options);
    return { ...ending, requests: this.s3.seen.filter((request) => isAt(place, request)).length };
  }

  /** Loads the hour, or what else a payload says, while all goes by a plan. */
  async runWith(
    plan: S3Plan,
    { remaining_ms = 30_000, storeLimits = LIMITS, ...options }: RunOptions = {},
  ): Promise<S3Ending> {
    const { s3, bench } = this;
    s3.forget();
    s3.plan = plan;
    const store = new S3Store({ bucket: 'raw', endpoint: s3.url, ...storeLimits });
    let message = '';
    const onUnitFailed = ({ error }: { error: unknown }): void => void (message = (error as Error).message);
    try {
      const ending = await bench.run({ store, onUnitFailed, ...options }, remaining_ms);
      return { ...ending, message, requests: s3.seen.length };
    } finally {
      s3.plan = undefined;
      await store.close();
    }
  }

  /** Makes both as good as new. */
  async restore(): Promise<void> {
    await this.bench.empty();
    this.s3.deleteObjects('raw');
    await putObjects(this.s3, HOUR_OBJECTS);
  }

  async close(): Promise<void> {
    await this.bench.close();
    await this.s3.close();
  }
}

/** Benches that no test is using: some are at work at once, since they mostly wait. */
export class BenchPool {
  readonly #idle: S3Bench[] = [];

  async use(work: (bench: S3Bench) => Promise<void>): Promise<void> {
    const bench = this.#idle.pop() ?? (await S3Bench.open());
    try {
      await work(bench);
      await bench.restore();
      this.#idle.push(bench);
    } catch (error) {
      await bench.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#idle.map((bench) => bench.close()));
  }
}

/** An answer of another status and body in place of the real one. */
export function answered(status: number, body: string, headers: WholeAnswer['headers'] = {}): S3Fault {
  return { kind: 'answer', answer: () => ({ status, headers, body: Buffer.from(body) }) };
}

/** An error as S3 words it. */
export function s3Error(status: number, code: string, more = '', headers: WholeAnswer['headers'] = {}): S3Fault {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Said by the test.</Message>${more}</Error>`;
  return answered(status, body, { 'content-type': 'application/xml', ...headers });
}

/** As S3 writes the checksum of what was uploaded with one. */
export function crc32Of(body: Buffer): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
