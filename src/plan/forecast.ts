import { CONCURRENT_GETS } from '../etl/pipeline/read-ahead.ts';
import { WHOLE_OBJECT_BYTES } from '../etl/pipeline/read-objects.ts';
import { COSTS, type Costs } from './costs.ts';
import { PRICES, type Prices } from './prices.ts';

/** What an hour has. */
export interface HourLoad {
  readonly objects: number;
  readonly events: number;
  /** Of the events as JSON, whether they are stored as gzip or not. */
  readonly bytes: number;
  /** The same as they are stored, which is paid for; `bytes` where it is not known to differ. */
  readonly storedBytes: number;
}

/** Where a run is to take place. */
export interface Place {
  /** The function's memory, MB as Lambda counts them. */
  readonly memory_mb: number;
  /** The longest that one invocation may take, in seconds. */
  readonly timeout_s: number;
  /** From a GET to the first byte of its answer, in milliseconds. */
  readonly latency_ms: number;
}

/** What an hour will take. */
export interface Forecast {
  readonly memory_mb: number;
  /** Of one core; Lambda gives a share of it that grows with memory. */
  readonly cpu_s: number;
  readonly vcpu: number;
  /** Of these the slowest counts: they go on at once. Seconds. */
  readonly reading_s: { readonly cpu: number; readonly latency: number; readonly warehouse: number };
  readonly settling_s: number;
  /** From the first invocation's start to the last one's end, without the time between them. */
  readonly seconds: number;
  /** How many invocations it takes until the hour is complete; undefined when it never will be. */
  readonly invocations: number | undefined;
  readonly peak_mb: number;
  readonly fits: boolean;
}

/** Memory at which Lambda gives one whole core. */
export const WHOLE_CORE_MB = 1769;
/** The ETL is one thread; collecting garbage beside it makes a little use of a second core. */
const MOST_CORES = 1.2;
/** About what an invocation keeps back to flush, to tell its metrics and to answer in, seconds. */
const KEPT_S = 2;
const HOURS_A_MONTH = 730;

/** Events of an hour that takes half of the warming up that a large one does; an object is as much as two. */
const HALF_WARM_EVENTS = 3_000;
const EVENTS_OF_AN_OBJECT = 2;

/** How often an hour has each of the client's costs: the start, warming up, objects, events, kilobytes. */
export function clientCounts({ objects, events, bytes }: HourLoad): [number, number, number, number, number] {
  const work = events + objects * EVENTS_OF_AN_OBJECT;
  return [1, work / (work + HALF_WARM_EVENTS), objects, events, bytes / 1000];
}

/** How long an hour takes, and whether it fits. */
export function forecast(load: HourLoad, { memory_mb, timeout_s, latency_ms }: Place, costs: Costs = COSTS): Forecast {
  const { objects, events, bytes } = load;
  const vcpu = Math.min(memory_mb / WHOLE_CORE_MB, MOST_CORES);
  const [, warmth, , , kilobytes] = clientCounts(load);
  const cpu_s =
    (warmth * costs.warmUp_ms) / 1000 +
    (objects * costs.object_us + events * costs.event_us + kilobytes * costs.kilobyte_us) / 1e6;
  const reading_s = {
    cpu: cpu_s / vcpu,
    latency: (objects * latency_ms) / CONCURRENT_GETS / 1000,
    warehouse: (events * costs.row_us) / 1e6,
  };
  const settling_s = events === 0 ? 0 : costs.settle_ms / 1000 + (events * costs.settleEvent_us) / 1e6;
  const start_s = costs.start_ms / 1000 / Math.min(vcpu, 1);
  const usable_s = timeout_s - KEPT_S - start_s;
  const work_s = Math.max(reading_s.cpu, reading_s.latency, reading_s.warehouse);
  // Batches may be spread over invocations; settling is one transaction.
  const possible = usable_s > settling_s;
  const invocations = possible ? Math.max(1, Math.ceil((work_s + settling_s) / usable_s)) : undefined;
  const peak_mb = objects > 0 && bytes / objects > WHOLE_OBJECT_BYTES ? costs.largeObjects_mb : costs.smallObjects_mb;
  return {
    memory_mb,
    cpu_s: cpu_s + costs.start_ms / 1000,
    vcpu,
    reading_s,
    settling_s,
    seconds: start_s * (invocations ?? 1) + work_s + settling_s,
    invocations,
    peak_mb,
    fits: invocations === 1 && peak_mb <= memory_mb,
  };
}

/** What a month of such hours costs, in US dollars. */
export interface MonthlyCost {
  readonly etlLambda: number;
  readonly s3Reading: number;
  readonly s3Writing: number;
  readonly ingestLambda: number;
  readonly api: number;
  /** Of a month's raw objects, kept for a month. */
  readonly storage: number;
  readonly total: number;
}

/** The ingest function: what one request takes, most of it waiting for S3. */
const INGEST = { memory_mb: 256, seconds: 0.03 };
const KEYS_A_PAGE = 1000;

/** What a month of hours like this one costs. */
export function monthlyCost(
  load: HourLoad,
  { seconds, memory_mb, invocations }: Forecast,
  prices: Prices = PRICES,
): MonthlyCost {
  const { objects, storedBytes } = load;
  const gb_s = (memory: number, time_s: number): number => (memory / 1024) * time_s * prices.lambdaGbSecond;
  const hour = {
    etlLambda: gb_s(memory_mb, seconds) + (invocations ?? 1) * prices.lambdaRequest,
    s3Reading: objects * prices.s3Get + Math.ceil(Math.max(objects, 1) / KEYS_A_PAGE) * prices.s3List,
    s3Writing: objects * prices.s3Put,
    ingestLambda: objects * (gb_s(INGEST.memory_mb, INGEST.seconds) + prices.lambdaRequest),
    api: objects * prices.httpApiRequest,
    storage: (storedBytes / 1e9) * prices.s3GbMonth,
  };
  const month = Object.fromEntries(
    Object.entries(hour).map(([name, dollars]) => [name, dollars * HOURS_A_MONTH]),
  ) as unknown as Omit<MonthlyCost, 'total'>;
  return { ...month, total: Object.values(month).reduce((sum, dollars) => sum + dollars, 0) };
}
