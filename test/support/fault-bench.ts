import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { ClickstreamError } from '../../src/errors.ts';
import type { RunResult } from '../../src/etl/pipeline/result.ts';
import { runEtl, type EtlOptions } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { HOUR } from './bucket.ts';
import { emptyTables, endHolds, expectLoaded, expectWholeBatches } from './ledger.ts';
import type { Oracle } from './oracle.ts';
import {
  startPostgresProxy,
  type FaultPlan,
  type Moment,
  type PostgresFault,
  type PostgresProxy,
} from './postgres-proxy.ts';
import { suiteLog } from './suite-log.ts';
import { freshWarehouse, type TestWarehouse } from './warehouse.ts';

/** What other programs may take from a run at its very end, when it has 300 ms left of its own. */
const BUSY_MACHINE_MS = 500;

/** How a run ended: with a result, or with the code of its error. */
export interface Ending {
  readonly status: RunResult['status'] | 'failed';
  readonly code?: string;
  readonly result?: RunResult;
  readonly took_ms: number;
}

/** The statements of a run, by names to aim faults at. */
export const STATEMENTS = {
  begin: /^BEGIN$/,
  'check tables': /to_regclass/,
  'clear rejects': /^(?:--.*\n)*DELETE FROM .*rejects/,
  commit: /^COMMIT$/,
  'copy events': /^COPY .*clickstream_events/,
  'copy marks': /^COPY .*marks/,
  'copy rejects': /^COPY .*rejects/,
  'copy staging': /^COPY clickstream_staging/,
  'count run': /SET processed = processed \+/,
  'end run': /SET status = \$3, error_code/,
  'enter run': /INSERT INTO .*runs/,
  'look at holder': /AS held/,
  merge: /WITH compared/,
  'move checkpoint': /SET commit_no = commit_no \+ 1/,
  'move hold': /SET holder_pid = a\.pid/,
  release: /SET holder = NULL/,
  renew: /SET held_until = clock_timestamp/,
  rollback: /^ROLLBACK$/,
  session: /SET TimeZone/,
  settle: /clickstream_taken/,
  'take hold': /INSERT INTO .*checkpoints/,
} as const;

export type StatementName = keyof typeof STATEMENTS;

/** Where a fault happens: at the nth (from 1) such moment of such a statement. `connect` and `goodbye` have none. */
export interface Aim {
  readonly at: Moment['at'];
  readonly of?: StatementName;
  readonly nth?: number;
  /** Only on connections of this name: `clickstream etl` writes, `clickstream hold` renews. */
  readonly application?: string;
}

export function aimName({ at, of, nth = 1 }: Aim): string {
  return `${of === undefined ? '' : `${of}: `}${at}${nth > 1 ? ` (${nth})` : ''}`;
}

/** A plan of one fault that happens once, or `times` times from there on. */
export function once(
  aim: Aim,
  fault: PostgresFault,
  times = 1,
): { readonly plan: FaultPlan; readonly fired: () => number } {
  const { at, of, nth = 1, application = 'clickstream etl' } = aim;
  let met = 0;
  let fired = 0;
  const plan: FaultPlan = (moment) => {
    if (moment.at !== at || moment.application !== application) return undefined;
    if (of !== undefined && !STATEMENTS[of].test(moment.statement)) return undefined;
    met += 1;
    if (met < nth || met >= nth + times) return undefined;
    fired += 1;
    return fault;
  };
  return { plan, fired: () => fired };
}

/** A warehouse behind a proxy, to load one hour of a bucket into while things go wrong. */
export class FaultBench {
  readonly warehouse: TestWarehouse;
  readonly proxy: PostgresProxy;
  readonly #oracle: Oracle;

  private constructor(warehouse: TestWarehouse, proxy: PostgresProxy, oracle: Oracle) {
    this.warehouse = warehouse;
    this.proxy = proxy;
    this.#oracle = oracle;
  }

  static async open(s3: S3Server, oracle: Oracle): Promise<FaultBench> {
    const warehouse = await freshWarehouse({ s3Endpoint: s3.url });
    return new FaultBench(warehouse, await startPostgresProxy(warehouse.settings.postgres), oracle);
  }

  /** Loads the hour through the proxy. Fails unless it ends in time, with a result or a coded error. */
  async run(options: EtlOptions = {}, remaining_ms = 4_000): Promise<Ending> {
    const { host, port } = this.proxy;
    const { postgres } = this.warehouse.settings;
    const settings = { ...this.warehouse.settings, maxRecordsPerBatch: 40, postgres: { ...postgres, host, port } };
    const began_ms = performance.now();
    const took_ms = (): number => Math.round(performance.now() - began_ms);
    let ending: Ending;
    try {
      const limits = { remaining_ms, memory_bytes: Infinity };
      const result = await runEtl({ targetUtcHour: HOUR }, settings, { limits, log: suiteLog, ...options });
      ending = { status: result.status, result, took_ms: took_ms() };
    } catch (error) {
      expect(error, 'a failed run says why').toBeInstanceOf(ClickstreamError);
      const { code } = error as ClickstreamError;
      expect(code).not.toBe('unexpected');
      ending = { status: 'failed', code, took_ms: took_ms() };
    }
    expect(ending.took_ms, 'the run ends before its time is up').toBeLessThan(remaining_ms + BUSY_MACHINE_MS);
    return ending;
  }

  /** Looks at what a faulty run left, then loads the hour in peace and compares everything with the oracle. */
  async expectRecovery(): Promise<void> {
    this.proxy.plan = undefined;
    await expectWholeBatches(this.warehouse);
    // The proxy hears of it a moment later.
    for (let waited = 0; this.proxy.open > 0 && waited < 100; waited += 1) await sleep(10);
    expect(this.proxy.open, 'the run has closed its connections').toBe(0);
    this.proxy.reset();
    await endHolds(this.warehouse);
    const again = await this.run({}, 20_000);
    expect(again.status).toBe('complete');
    await expectLoaded(this.warehouse, this.#oracle);
  }

  /** Makes it as good as new. */
  async empty(): Promise<void> {
    await emptyTables(this.warehouse);
    this.proxy.errors.length = 0;
  }

  async close(): Promise<void> {
    await this.proxy.close();
    await this.warehouse.close();
  }
}
