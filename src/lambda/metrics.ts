import { EnvReader } from '../config/env-reader.ts';
import { trueOrFalse } from '../config/setting-kinds.ts';
import { readWarehouseSettings } from '../config/settings.ts';
import { unitLabel, type HourUnit } from '../etl/pipeline/hours.ts';
import { addCounts, noCounts, type Counts } from '../etl/pipeline/ledger.ts';
import type { UnitResult } from '../etl/pipeline/result.ts';
import { HoursFailed } from '../etl/pipeline/run.ts';
import { readLag_s } from './metrics-lag.ts';
import { metricsLine } from './metrics-line.ts';

/** Kept of an invocation's time to ask the warehouse how far behind it is. */
export const METRICS_RESERVE_MS = 300;
/** Of the time left, not to be used: closing the connection and answering. */
const ANSWER_RESERVE_MS = 250;
const LONGEST_LAG_MS = 2_000;

/**
 * What tells an invocation's metrics: in Lambda, unless METRICS is `false`; undefined elsewhere.
 *
 * @throws ClickstreamError `invalid_config` for any other METRICS.
 */
export function openMetrics(env: NodeJS.ProcessEnv): InvocationMetrics | undefined {
  const reader = new EnvReader(env);
  const isOn = reader.finish(reader.optional('METRICS', trueOrFalse) ?? true);
  return isOn && env['AWS_LAMBDA_FUNCTION_NAME'] !== undefined ? new InvocationMetrics(env) : undefined;
}

/** Gathers what an invocation does, and tells it on stdout in one line, however the invocation ends. */
export class InvocationMetrics {
  readonly #env: NodeJS.ProcessEnv;
  readonly #began_ms = performance.now();
  /** Of each unit, growing with its commits: what was committed before a failure counts. */
  readonly #counts = new Map<string, Readonly<Counts>>();
  readonly #rejects = new Map<string, number>();

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  readonly onProgress = (unit: HourUnit, counts: Readonly<Counts>): void => {
    this.#counts.set(unitLabel(unit), counts);
  };

  readonly onUnit = ({ reasons }: UnitResult): void => {
    for (const [reason, count] of Object.entries(reasons)) {
      if (!reason.startsWith('rejected.')) continue;
      const code = reason.slice('rejected.'.length);
      this.#rejects.set(code, (this.#rejects.get(code) ?? 0) + count);
    }
  };

  /**
   * Does the invocation's work, then tells its metrics.
   *
   * @param remaining_ms what is left of the invocation's time, in milliseconds.
   */
  async around<T>(work: () => Promise<T>, remaining_ms: () => number): Promise<T> {
    try {
      const result = await work();
      await this.#tell(0, remaining_ms());
      return result;
    } catch (error) {
      await this.#tell(error instanceof HoursFailed ? error.failures.length : 1, remaining_ms());
      throw error;
    }
  }

  /** Never throws: metrics are not what a run fails for. */
  async #tell(failed: number, remaining_ms: number): Promise<void> {
    try {
      const at_ms = Date.now();
      const lag_s = await this.#lag_s(at_ms, Math.min(LONGEST_LAG_MS, remaining_ms - ANSWER_RESERVE_MS));
      const counts = noCounts();
      for (const unit of this.#counts.values()) addCounts(counts, unit);
      const line = metricsLine({
        at_ms,
        table: tableOf(this.#env),
        counts,
        rejects: Object.fromEntries(this.#rejects),
        failed,
        duration_ms: performance.now() - this.#began_ms,
        peakRss_mb: process.resourceUsage().maxRSS / 1024,
        ...(lag_s === undefined ? {} : { lag_s }),
      });
      process.stdout.write(`${line}\n`);
    } catch {
      // There is nobody left to tell.
    }
  }

  /** A line without its lag is one that an alarm on missing data sees. */
  async #lag_s(now_ms: number, limit_ms: number): Promise<number | undefined> {
    try {
      return await readLag_s(readWarehouseSettings(this.#env), now_ms, limit_ms);
    } catch {
      return undefined;
    }
  }
}

/** As it was given, when a table could be called so: a dimension is part of a metric's name. */
function tableOf(env: NodeJS.ProcessEnv): string {
  const given = env['TARGET_TABLE'] ?? 'clickstream_events';
  return /^\w{1,63}(?:\.\w{1,63})?$/.test(given) ? given : 'invalid';
}
