import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { EtlSettings } from '../../src/config/settings.ts';
import { ClickstreamError } from '../../src/errors.ts';
import type { RunResult } from '../../src/etl/pipeline/result.ts';
import { redrive } from '../../src/etl/redrive/redrive.ts';
import { runEtl, type EtlOptions } from '../../src/etl/run-etl.ts';
import { createIngestHandler, type IngestHandler } from '../../src/ingest/handler.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { Random } from '../../src/local/traffic/random.ts';
import { EtlProcess } from '../crash/runner.ts';
import { freshBucket, type TestEvent } from '../support/bucket.ts';
import { startPostgresProxy, type PostgresFault, type PostgresProxy } from '../support/postgres-proxy.ts';
import { clearWarehouse } from '../support/settled.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { bodyOf, hourStart_ms, prefixOf, type ModelObject } from './objects.ts';
import type { KeyRange, Model, What } from './model.ts';

/** What must have come about by the end of many random histories. */
export const OCCURRENCES = [
  'duplicate',
  'reject',
  'retry',
  'busy',
  'partial',
  'resume',
  'conflict',
  'late key restart',
  'unchanged',
  'replaced row',
  'session joined',
  'session split',
  'killed at work',
  'overtaken',
  'redriven',
] as const;
export type Occurrence = (typeof OCCURRENCES)[number];

/** How a run ended: with a result, or with the code of its error. */
export interface Ending {
  readonly status: RunResult['status'] | 'failed';
  readonly code?: string;
  readonly result?: RunResult;
}

/** Something that happens once to a run on its way to Postgres, at the nth moment of their talk or soon after. */
export interface Accident {
  readonly after: number;
  /** Only moments of this statement count. */
  readonly statement?: string;
  readonly fault: PostgresFault;
}

export interface RunOptions {
  readonly options?: EtlOptions;
  readonly accident?: Accident;
}

/** How a run is cut short from outside; `after` counts what it says to Postgres and hears from it. */
export interface Cut {
  readonly after: number;
  /** `abandon`: what was said last still reaches the server. */
  readonly manner: 'reset' | 'abandon';
}

/** The real thing: a bucket, a warehouse, and runs of which each has its own way to Postgres. */
export class Bench {
  readonly s3: S3Server;
  readonly warehouse: TestWarehouse;
  /** Called with what came about. */
  readonly saw: (name: Occurrence, times?: number) => void;
  readonly #ingest: IngestHandler;
  readonly #traits: { random: Random; pageSize: number };
  #clock_ms = 0;
  #nextProcess: EtlProcess | undefined;
  /** Runs that are dead to the warehouse, and do not know it yet. */
  readonly #dead: { readonly run: Promise<unknown>; readonly proxy: PostgresProxy }[] = [];

  private constructor(s3: S3Server, warehouse: TestWarehouse, traits: Bench['traits'], saw: Bench['saw']) {
    this.s3 = s3;
    this.warehouse = warehouse;
    this.saw = saw;
    this.#traits = traits;
    const env = { RAW_BUCKET_NAME: 'raw', AWS_ENDPOINT_URL_S3: s3.url, AWS_REGION: 'us-east-1' };
    const keys = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    this.#ingest = createIngestHandler({ env: { ...env, ...keys }, now: () => this.#clock_ms });
  }

  static async open(saw: Bench['saw'] = () => undefined): Promise<Bench> {
    const traits = { random: Random.seeded(0), pageSize: 1000 };
    const s3 = await freshBucket({
      onRequest: async ({ method, key, query }) => {
        if (method !== 'GET') return;
        if (key === '') query.set('max-keys', String(traits.pageSize));
        // GETs are sent together and end in any order.
        else await sleep(traits.random.int(0, 3));
      },
    });
    return new Bench(s3, await freshWarehouse({ s3Endpoint: s3.url }), traits, saw);
  }

  get traits(): { random: Random; pageSize: number } {
    return this.#traits;
  }

  /** Makes it as good as new, with another order of GETs and other pages. */
  async reset(seed: number | string): Promise<void> {
    this.#traits.random = Random.seeded(`order of GETs ${seed}`);
    this.#traits.pageSize = this.#traits.random.int(1, 20);
    this.s3.deleteObjects('raw');
    await clearWarehouse(this.warehouse);
  }

  /** Stores an object, with or without one under its key before. */
  async put(object: ModelObject): Promise<void> {
    await this.s3.putObject('raw', object.key, bodyOf(object));
  }

  /** Sends a request to the ingest handler, and gives the object that it stored, as the model knows objects. */
  async request(events: readonly TestEvent[], hour: number, at_ms: number): Promise<ModelObject> {
    this.#clock_ms = at_ms;
    const before = new Set(this.s3.listObjects('raw').map(({ key }) => key));
    const answer = await this.#ingest({
      rawPath: '/clickstream',
      requestContext: { stage: '$default', http: { method: 'POST', path: '/clickstream', sourceIp: '203.0.113.9' } },
      body: JSON.stringify(events.length === 1 ? events[0] : events),
    });
    expect(answer).toMatchObject({ statusCode: 200 });
    const [key, ...others] = this.s3.listObjects('raw').flatMap(({ key }) => (before.has(key) ? [] : [key]));
    expect([key?.startsWith(prefixOf(hour)), others]).toEqual([true, []]);
    const text = String(await this.s3.getObject('raw', key!));
    const records = text.split('\n').flatMap((line) => (line === '' ? [] : [{ event: JSON.parse(line) as TestEvent }]));
    expect(records).toHaveLength(events.length);
    return { key: key!, hour, form: 'lines', records };
  }

  /** Runs the ETL to its end, in this process. */
  async run(payload: unknown, batch: number, { options = {}, accident }: RunOptions = {}): Promise<Ending> {
    return this.#withProxy(accident, (proxy) => this.#start(payload, batch, options, proxy));
  }

  /** Tries the dead letters of an hour again. */
  async redrive(hour: number, batch: number, accident?: Accident): Promise<Ending> {
    const hour_ms = hourStart_ms(hour);
    return this.#withProxy(accident, async (proxy) => {
      const result = await redrive({ from_ms: hour_ms, to_ms: hour_ms }, this.#settings(batch, proxy));
      this.saw('redriven', result.inserted);
      return result;
    });
  }

  async #withProxy(
    accident: Accident | undefined,
    start: (proxy: PostgresProxy) => Promise<RunResult>,
  ): Promise<Ending> {
    const proxy = await startPostgresProxy(this.warehouse.settings.postgres);
    let moments = 0;
    let met = accident === undefined;
    proxy.plan = ({ at, application, statement }) => {
      if (met || !accident || application !== 'clickstream etl') return undefined;
      if (accident.statement !== undefined && accident.statement !== statement) return undefined;
      moments += 1;
      // What the server has done already it does not refuse.
      if (moments < accident.after || (accident.fault.kind === 'refuse' && at !== 'statement')) return undefined;
      met = true;
      this.saw('retry');
      return accident.fault;
    };
    try {
      return await this.#end(start(proxy), proxy);
    } finally {
      await proxy.close();
    }
  }

  /** Begins a run whose way to Postgres is cut for good at some moment; its end, if it came before that. */
  async runUntilCut(
    payload: unknown,
    maxRecordsPerBatch: number,
    cut: Cut,
    now_ms?: () => number,
  ): Promise<Ending | undefined> {
    const proxy = await startPostgresProxy(this.warehouse.settings.postgres);
    let moments = 0;
    let cutNow: () => void = () => undefined;
    const isCut = new Promise<undefined>((resolve) => (cutNow = () => resolve(undefined)));
    proxy.plan = ({ at, application }) => {
      if (application !== 'clickstream etl' && moments < cut.after) return undefined;
      moments += 1;
      if (moments < cut.after) return undefined;
      cutNow();
      const isSaid = at === 'statement' || at === 'data' || at === 'done';
      return moments === cut.after && cut.manner === 'abandon' && isSaid
        ? { kind: 'abandon', ms: 5 }
        : { kind: 'reset' };
    };
    const run = this.#end(this.#start(payload, maxRecordsPerBatch, now_ms ? { now_ms } : {}, proxy), proxy);
    run.catch(() => undefined);
    const ending = await Promise.race([run, isCut]);
    if (moments < cut.after) {
      await proxy.close();
      return ending;
    }
    this.#dead.push({ run, proxy });
    await this.sessionsEnded();
    this.saw('killed at work');
    return undefined;
  }

  /** Runs the ETL in a process that is killed after some commits; its end, if it came before that. */
  async runUntilKilled(payload: unknown, commits: number): Promise<'complete' | 'busy' | undefined> {
    const run = this.#nextProcess ?? this.#newProcess();
    await run.begin(payload);
    // Gets ready meanwhile.
    this.#nextProcess = this.#newProcess();
    while (run.commits < commits && run.isRunning) await sleep(1);
    await run.kill();
    await this.sessionsEnded();
    if (run.status === 'complete' || run.status === 'busy') return run.status;
    this.saw('killed at work');
    return undefined;
  }

  /** Waits until the server has noticed that its clients are gone; until then a COMMIT may still be under way. */
  async sessionsEnded(): Promise<void> {
    const sessions =
      "SELECT FROM pg_stat_activity WHERE application_name LIKE 'clickstream%' AND datname = current_database()";
    while ((await this.warehouse.rows(sessions)).length > 0) await sleep(2);
  }

  /** The state and pass of an hour's checkpoint; undefined when no run began with it. */
  async checkpoint(hour: number): Promise<{ state: string; pass: number; read: number } | undefined> {
    const sql = 'SELECT state, pass, read::integer AS read FROM clickstream_checkpoints WHERE unit = $1';
    const rows = await this.warehouse.rows<{ state: string; pass: number; read: number }>(sql, [prefixOf(hour)]);
    return rows[0];
  }

  /** Notes what came of events since the tables were last known. */
  sawChanges(model: Model): void {
    const changes = model.changes();
    if (!changes) return;
    this.saw('replaced row', changes.replaced);
    this.saw('session joined', changes.joined);
    this.saw('session split', changes.split);
  }

  async close(): Promise<void> {
    await this.#nextProcess?.kill();
    await Promise.allSettled(this.#dead.map(({ run }) => run));
    await Promise.all(this.#dead.map(({ proxy }) => proxy.close()));
    await this.warehouse.close();
    await this.s3.close();
  }

  #newProcess(): EtlProcess {
    return new EtlProcess({ ...this.warehouse.env, MAX_RECORDS_PER_BATCH: '3' });
  }

  #start(payload: unknown, maxRecordsPerBatch: number, options: EtlOptions, proxy: PostgresProxy): Promise<RunResult> {
    return runEtl(payload, this.#settings(maxRecordsPerBatch, proxy), options);
  }

  #settings(maxRecordsPerBatch: number, { host, port }: PostgresProxy): EtlSettings {
    const { settings } = this.warehouse;
    return { ...settings, postgres: { ...settings.postgres, host, port }, maxRecordsPerBatch, catchUp_hours: 3 };
  }

  async #end(run: Promise<RunResult>, proxy: PostgresProxy): Promise<Ending> {
    try {
      const result = await run;
      this.saw('duplicate', result.duplicates);
      this.saw('reject', result.rejected);
      if (result.hours.some(({ status }) => status === 'busy')) this.saw('busy');
      if (result.status === 'partial') this.saw('partial');
      if (result.hours.some(({ unchanged }) => unchanged)) this.saw('unchanged');
      return { status: result.status, result };
    } catch (error) {
      expect(error, 'a failed run says why').toBeInstanceOf(ClickstreamError);
      const { code } = error as ClickstreamError;
      expect(code).not.toBe('unexpected');
      if (code === 'lost_hour') this.saw('overtaken');
      return { status: 'failed', code };
    } finally {
      this.saw('conflict', proxy.errors.filter((sqlstate) => sqlstate === '23505').length);
    }
  }
}

/** The payload that asks for something, the clock that goes with it, and its key range. */
export function asked(
  what: What,
  model: Model,
): { readonly payload: unknown; readonly now_ms: () => number; readonly range: KeyRange } {
  const now_ms = Date.now;
  if (what.kind === 'date') return { payload: { targetUtcDate: '2025-12-06' }, now_ms, range: {} };
  const { hour } = what;
  if (what.kind === 'scheduled') {
    return { payload: {}, now_ms: () => hourStart_ms(hour) + (60 + what.minute) * 60_000, range: {} };
  }
  const payload = { targetUtcHour: new Date(hourStart_ms(hour)).toISOString() };
  if (what.kind === 'hour') return { payload, now_ms, range: {} };
  const keys = model.keysOf(hour);
  const at = (share: number): string => keys[Math.floor(share * (keys.length - 1))] ?? `${prefixOf(hour)}event`;
  const from = what.from === undefined ? undefined : at(what.from);
  const to = what.to === undefined ? undefined : at(what.to);
  const isEmpty = from !== undefined && to !== undefined && from >= to;
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined || isEmpty ? {} : { to }) };
  const ends = {
    ...(range.from === undefined ? {} : { startAfter: range.from }),
    ...(range.to === undefined ? {} : { endAt: range.to }),
  };
  return { payload: { ...payload, ...ends }, now_ms, range };
}
