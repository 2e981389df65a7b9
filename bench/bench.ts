import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../scripts/build/bundles.ts';
import { accessibleDataDir } from '../src/local/postgres/data-dir.ts';
import { cpuShare, heapFlags, type LambdaSize } from './lambda-size.ts';
import type { Taken } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { startScript } from './processes.ts';
import { buildPrograms, buildReadableEtl, type ProgramName, type Programs } from './programs.ts';
import type { S3Spec } from './programs/s3.ts';
import { BENCH_HOUR } from './synthetic.ts';
import { loadEnv, startWarehouses, type Warehouses } from './warehouses.ts';

/** Where profiles and what is not for the repository go. */
export const OUTPUT = join(ROOT, 'data/bench');
const PROFILED = ['--cpu-prof', `--cpu-prof-dir=${OUTPUT}`];

/** A local S3 in a process of its own. */
export interface BenchS3 {
  readonly url: string;
  /** Its process. */
  readonly pid: number;
}

/** What a run of the ETL came to. */
export interface EtlTaken extends Taken {
  readonly status: string;
  readonly read: number;
  readonly inserted: number;
  readonly processed: number;
  readonly rejected: number;
  readonly bytes: number;
  /** How long each took: one, unless a {@link LambdaSize} was too small. The counts are sums over them. */
  readonly invocations_s: readonly number[];
}

export interface EtlRun {
  readonly database: string;
  readonly s3: BenchS3;
  /** The hour's start; that of the bench by default. */
  readonly hour?: string;
  /** Another build of the ETL. */
  readonly bundle?: string;
  /** Runs it as Lambda would, again and again until the hour is complete; on a machine of one's own unless it is given. */
  readonly lambda?: LambdaSize;
  /** Whether it leaves a profile when profiles are asked for. */
  readonly profiled?: boolean;
}

export interface ProgramRun {
  readonly database?: string;
  readonly s3?: BenchS3;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What rows measure with. */
export class Bench {
  readonly options: BenchOptions;
  readonly programs: Programs;
  readonly warehouses: Warehouses;
  /** For files that are gone at the end. */
  readonly folder: string;
  /** Tells a person what is being done. */
  say: (text: string) => void = () => undefined;

  readonly #atEnd: (() => void)[] = [];

  private constructor(options: BenchOptions, programs: Programs, warehouses: Warehouses, folder: string) {
    this.options = options;
    this.programs = programs;
    this.warehouses = warehouses;
    this.folder = folder;
  }

  /** Builds what is measured and starts the server; `close` ends and removes all of it. */
  static async open(options: BenchOptions): Promise<Bench> {
    const programs = await buildPrograms();
    const etl = options.profile ? await buildReadableEtl(OUTPUT) : programs.etl;
    const warehouses = await startWarehouses(accessibleDataDir());
    return new Bench(options, { ...programs, etl }, warehouses, mkdtempSync(join(tmpdir(), 'clickstream-bench-')));
  }

  /** Done at the end, however that comes. */
  atEnd(work: () => void): void {
    this.#atEnd.push(work);
  }

  async close(): Promise<void> {
    for (const work of this.#atEnd.splice(0)) work();
    await this.warehouses.stop();
    for (const folder of [this.folder, this.warehouses.server.dataDir])
      rmSync(folder, { recursive: true, force: true });
    this.programs.remove();
  }

  /** A size at the scale of this run. */
  scaled(size: number): number {
    return Math.max(1, Math.round(size * this.options.scale));
  }

  /** Starts a local S3; it is there until it is stopped, or until the end. */
  async startS3(spec: S3Spec): Promise<BenchS3 & { readonly stop: () => Promise<void> }> {
    this.say('filling S3');
    const s3 = await startScript(this.programs.program.s3, [JSON.stringify(spec)]);
    this.atEnd(() => s3.stop());
    const stop = async (): Promise<void> => {
      s3.stop();
      await s3.ended;
    };
    return { ...(JSON.parse(s3.line) as BenchS3), stop };
  }

  /** Does work with a local S3 there, which is gone afterwards. */
  async withS3<T>(spec: S3Spec, work: (s3: BenchS3) => Promise<T>): Promise<T> {
    const s3 = await this.startS3(spec);
    try {
      return await work(s3);
    } finally {
      await s3.stop();
    }
  }

  /** One run of the ETL as it is deployed, over an hour that is there. */
  async runEtl({
    database,
    s3,
    hour = BENCH_HOUR,
    bundle = this.programs.etl,
    lambda,
    profiled = true,
  }: EtlRun): Promise<EtlTaken> {
    const env = {
      ...loadEnv(this.warehouses.server, database, s3.url),
      BENCH_BUNDLE: pathToFileURL(bundle).href,
      BENCH_HOUR: hour,
      ...(lambda ? { BENCH_MEMORY_MB: String(lambda.memory_mb), BENCH_TIMEOUT_S: String(lambda.timeout_s) } : {}),
    };
    const nodeArgs = [...(lambda ? heapFlags(lambda) : []), ...(profiled && this.options.profile ? PROFILED : [])];
    const share = lambda && cpuShare(lambda);
    const taken = await this.#run<EtlTaken>('programs/etl.mjs', [], env, nodeArgs, share);
    if (taken.status !== 'complete') throw new Error(`the ETL answered ${taken.status}`);
    return taken;
  }

  /** Runs a program of the bench. */
  async run<T = unknown>(
    name: ProgramName,
    { database = 'postgres', s3, args = [], env = {} }: ProgramRun,
  ): Promise<Taken & T> {
    const variables = { ...loadEnv(this.warehouses.server, database, s3?.url), ...env };
    return this.#run<Taken & T>(this.programs.program[name], args, variables);
  }

  async #run<T extends Taken>(
    file: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    nodeArgs: readonly string[] = [],
    share?: number,
  ): Promise<T> {
    await this.warehouses.calm();
    const before_s = await this.warehouses.cpu_s();
    const started = await startScript(file, args, env, nodeArgs, share);
    await started.ended;
    const server_s = (await this.warehouses.cpu_s()) - before_s;
    return { ...(JSON.parse(started.line) as T), server_s };
  }
}
