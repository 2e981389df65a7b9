import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readEtlSettings, readWarehouseSettings, type EtlSettings } from '../../src/config/settings.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { column } from '../../src/etl/pipeline/column.ts';
import { definePipeline } from '../../src/etl/pipeline/pipeline.ts';
import { transform, type EachFunction } from '../../src/etl/pipeline/transform.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import { createIngestHandler } from '../../src/ingest/handler.ts';
import { handler as etlLambda } from '../../src/lambda/etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { migrate } from '../../src/warehouse/migrate.ts';
import { runCli } from '../cli/run-cli.ts';
import { freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { emptyTables } from '../support/ledger.ts';
import { MARKERS } from '../support/markers.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { Listener, plantedEvent } from './planted.ts';

let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

beforeEach(async () => {
  s3.deleteObjects('raw');
  await emptyTables(warehouse);
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

const put = (name: string, body: string | Buffer) => s3.putObject('raw', `${PREFIX}${name}`, body);
const planted = (count: number): string => ndjson(Array.from({ length: count }, (_, at) => plantedEvent(at)));
const limits = { remaining_ms: 8_000, memory_bytes: Infinity };

/** Every kind of body that is rejected, each with planted text in it. */
async function putRejected(): Promise<void> {
  const deep = '['.repeat(600) + '"planted-deep"' + ']'.repeat(600);
  await put(
    'a-lines.json',
    `${planted(4)}planted-line that is no JSON\n{"eventName":"planted-cut\n"planted-scalar"\n[1]\n`,
  );
  await put('b-array.json', `[${JSON.stringify(plantedEvent(10))},{"eventName":planted-word}]`);
  await put(
    'c-unfit.json',
    ndjson([
      plantedEvent(20, { eventId: `planted-${'x'.repeat(600)}` }),
      plantedEvent(21, { pageUrl: 'planted-nul \0' }),
      plantedEvent(22, { referrer: 'planted-half \ud83d' }),
    ]),
  );
  await put('d-deep.json', `{"eventName":"planted-name","deep":${deep}}`);
  await put(
    'e-bytes.json',
    Buffer.concat([Buffer.from('{"eventName":"planted-'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')]),
  );
  await put('f.json.gz', gzipSync(planted(3)).subarray(0, 60));
}

describe('an hour of events that hold planted text', () => {
  it('is loaded without a word of it in any log line', async () => {
    await putRejected();
    const listener = new Listener();
    const result = await runEtl({ targetUtcHour: HOUR }, warehouse.settings, { log: listener.log });
    expect(result.inserted).toBeGreaterThan(4);
    expect(result.rejected).toBeGreaterThan(7);
    expect(listener.text).toContain('"msg":"run"');
    expect(listener.leaks).toEqual([]);
  });

  it('is loaded by the command line at the most talkative level, likewise', async () => {
    await putRejected();
    const args = ['etl', '--hour', HOUR.slice(0, 13)];
    const { exitCode, stdout, stderr } = await runCli(args, { ...warehouse.env, LOG_LEVEL: 'trace' });
    const listener = new Listener();
    listener.hear('cli', stdout + stderr);
    expect(exitCode).toBe(0);
    expect(listener.leaks).toEqual([]);
  });

  it('is loaded by the Lambda, likewise', async () => {
    await putRejected();
    const before = { ...process.env };
    Object.assign(process.env, warehouse.env, { LOG_LEVEL: 'trace' });
    try {
      // Its lines go to this worker's stdout, which the suite keeps and searches at its end.
      expect(await etlLambda({ targetUtcHour: HOUR })).toMatchObject({ status: 'complete' });
    } finally {
      process.env = before;
    }
  });
});

const broken = (each: EachFunction<object>) =>
  definePipeline([...defaultPipeline.transforms, transform({ name: 'break', each })] as never);

describe('a transform that throws with an event in its message', () => {
  it('leaves the message with the dead letter, and no word of it in a log', async () => {
    await put('a.json', planted(3));
    const listener = new Listener();
    const pipeline = broken(({ event }) => {
      throw new Error(`cannot do ${JSON.stringify(event)}\n    at planted-place`);
    });
    const result = await runEtl({ targetUtcHour: HOUR }, warehouse.settings, { log: listener.log, pipeline });
    expect(result).toMatchObject({ rejected: 3 });
    expect(await warehouse.rows('SELECT detail FROM clickstream_rejects LIMIT 1')).toMatchObject([
      { detail: expect.stringContaining('planted-user') as string },
    ]);
    expect(listener.leaks).toEqual([]);
  });

  it.each(['open', 'batch', 'delivered', 'close'] as const)('out of %s fails the run, likewise', async (where) => {
    await put('a.json', planted(3));
    const listener = new Listener();
    const fail = (): never => {
      throw new TypeError(`planted-message ${JSON.stringify(plantedEvent(1))}\n    at planted-place`, {
        cause: new Error('planted-cause'),
      });
    };
    const run = { batch: () => undefined };
    const pipeline = definePipeline([
      ...defaultPipeline.transforms,
      transform({ name: 'break', open: () => (where === 'open' ? fail() : { ...run, [where]: fail }) }),
    ] as never);
    const work = runEtl({ targetUtcHour: HOUR }, warehouse.settings, { log: listener.log, pipeline, limits });
    expect(await listener.errorOf(work)).toMatchObject({ code: 'transform_failed' });
    expect(listener.leaks).toEqual([]);
  });
});

describe('a warehouse whose errors quote rows', () => {
  const TRIGGER = (action: string): string => `
    CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${action}; END $$;
    CREATE TRIGGER quoting BEFORE INSERT ON clickstream_events FOR EACH ROW EXECUTE FUNCTION quote()`;
  const END_TRIGGER = 'DROP TRIGGER quoting ON clickstream_events; DROP FUNCTION quote()';

  it.each([
    ['a unique index', 'CREATE UNIQUE INDEX quoting ON clickstream_events (user_id)', 'DROP INDEX quoting'],
    [
      'a check',
      "ALTER TABLE clickstream_events ADD CONSTRAINT quoting CHECK (user_id <> 'planted-user')",
      'ALTER TABLE clickstream_events DROP CONSTRAINT quoting',
    ],
    ['a syntax of input', TRIGGER('PERFORM NEW.user_id::integer; RETURN NEW'), END_TRIGGER],
    ['a cast to JSON', TRIGGER('PERFORM NEW.user_id::jsonb; RETURN NEW'), END_TRIGGER],
    ['an exception of its own', TRIGGER("RAISE EXCEPTION 'bad row: %', NEW"), END_TRIGGER],
    [
      'an unfit index',
      // An index is made of rows, too, that were deleted a moment ago and that another transaction may still see.
      'TRUNCATE clickstream_events; CREATE INDEX quoting ON clickstream_events ((user_id::uuid))',
      'DROP INDEX quoting',
    ],
  ])('fails the run without their text: %s', async (_, make, undo) => {
    await warehouse.rows(make);
    try {
      await put('a.json', planted(4));
      const listener = new Listener();
      const work = runEtl({ targetUtcHour: HOUR }, warehouse.settings, { log: listener.log, limits });
      expect(await listener.errorOf(work)).toMatchObject({
        code: expect.stringMatching(/^warehouse_|^out_of_time$/) as string,
      });
      expect(listener.leaks).toEqual([]);
    } finally {
      await warehouse.rows(undo);
    }
  });
});

describe('a migration whose error quotes rows', () => {
  it('is told without its text', async () => {
    await warehouse.rows(`
      CREATE FUNCTION quote() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted-row'; END $$;
      CREATE EVENT TRIGGER quoting ON ddl_command_end WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION quote()`);
    try {
      const listener = new Listener();
      const columns = { ...defaultPipeline.columns, margin: column.numeric() };
      const error = await listener.errorOf(migrate(readWarehouseSettings(warehouse.adminEnv), columns));
      expect(error).toMatchObject({ code: 'migration_failed', message: expect.stringContaining('P0001') as string });
      expect(listener.leaks).toEqual([]);
    } finally {
      await warehouse.rows('DROP EVENT TRIGGER quoting; DROP FUNCTION quote()');
    }
  });
});

describe('a store whose errors quote what it was sent', () => {
  let server: Server;
  let endpoint: string;
  let status = 500;
  const document = `<?xml version="1.0"?><Error><Code>InternalError</Code><Message>planted-message of ${MARKERS.secretKey}
    </Message><StringToSign>planted-sign</StringToSign><HostId>planted-host</HostId></Error>`;

  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'planted-id' }).end(document);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([400, 403, 404, 500, 200])('fails the ETL without their text: %i', async (answer) => {
    status = answer;
    const listener = new Listener();
    const settings = { ...warehouse.settings, s3Endpoint: endpoint };
    const work = runEtl({ targetUtcHour: HOUR }, settings, { log: listener.log, limits });
    expect(await listener.errorOf(work)).toBeDefined();
    expect(listener.leaks).toEqual([]);
  });

  it.each([400, 403, 404, 500])('fails the ingest without their text: %i', async (answer) => {
    status = answer;
    const listener = new Listener();
    const ingest = createIngestHandler({
      env: {
        RAW_BUCKET_NAME: 'raw',
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: MARKERS.secretKey,
        AWS_SESSION_TOKEN: MARKERS.sessionToken,
      },
      log: { error: (fields, message) => listener.hear('ingest', JSON.stringify({ ...fields, message })) },
    });
    expect(await ingest(plantedRequest())).toMatchObject({ statusCode: 500 });
    expect(listener.text).toContain('store_');
    expect(listener.leaks).toEqual([]);
  });
});

const plantedRequest = (body: string = JSON.stringify(plantedEvent(1))) => ({
  rawPath: '/clickstream',
  headers: { origin: 'https://planted-origin.example', 'user-agent': 'planted-agent', cookie: 'planted-cookie' },
  requestContext: {
    requestId: 'request-1',
    http: { method: 'POST', path: '/clickstream', sourceIp: MARKERS.sourceIp, userAgent: MARKERS.userAgent },
  },
  body,
  isBase64Encoded: false,
});

describe('a request that cannot be taken', () => {
  it.each(['planted-text that is no JSON', '{"eventName":"planted-name', '{"name":"planted-name"}', '["planted"]'])(
    'is answered without being quoted, and not logged: %s',
    async (body) => {
      const lines: unknown[] = [];
      const ingest = createIngestHandler({
        env: { RAW_BUCKET_NAME: 'raw' },
        log: { error: (...line) => lines.push(line) },
      });
      const answer = await ingest(plantedRequest(body));
      expect(answer.statusCode).toBe(400);
      expect(answer.body).not.toContain('planted');
      expect(lines).toEqual([]);
    },
  );

  it('names a setting that is wrong and not its value', async () => {
    const listener = new Listener();
    const log = {
      error: (fields: object, message: string) => listener.hear('ingest', JSON.stringify({ ...fields, message })),
    };
    for (const name of ['RAW_BUCKET_NAME', 'MAX_BODY_BYTES', 'ALLOWED_ORIGINS', 'AWS_ENDPOINT_URL_S3']) {
      const env = { RAW_BUCKET_NAME: 'raw', [name]: `planted ${MARKERS.password}` };
      expect(await createIngestHandler({ env, log })(plantedRequest())).toMatchObject({ statusCode: 500 });
      expect(listener.text).toContain(name);
    }
    expect(listener.leaks).toEqual([]);
  });
});

describe('a request that is sent to the ETL by mistake', () => {
  it('is refused without being quoted', async () => {
    const listener = new Listener();
    const work = runEtl(plantedRequest(), warehouse.settings, { log: listener.log });
    expect(await listener.errorOf(work)).toMatchObject({ code: 'invalid_payload' });
    expect(listener.leaks).toEqual([]);
  });
});

describe('secrets in settings', () => {
  const pasted = `postgres://etl:${MARKERS.password}@db.example:5432/dw`;

  it.each([
    ['a wrong password', (base) => ({ ...base, postgres: { ...base.postgres, password: `${MARKERS.password}x` } })],
    ['a server that is not there', (base) => ({ ...base, postgres: { ...base.postgres, port: 1 } })],
    ['a database that is not there', (base) => ({ ...base, postgres: { ...base.postgres, database: 'nowhere' } })],
    [
      'TLS that the server does not speak',
      (base) => ({ ...base, postgres: { ...base.postgres, ssl: { rejectUnauthorized: true } } }),
    ],
  ] satisfies [string, (base: EtlSettings) => EtlSettings][])('%s is told without them', async (_, change) => {
    const listener = new Listener();
    const work = runEtl({ targetUtcHour: HOUR }, change(warehouse.settings), {
      log: listener.log,
      limits: { remaining_ms: 1_500, memory_bytes: Infinity },
    });
    expect(await listener.errorOf(work)).toBeDefined();
    expect(listener.leaks).toEqual([]);
  });

  it.each([
    'RAW_BUCKET_NAME',
    'DW_PG_HOST',
    'DW_PG_PORT',
    'DW_PG_USER',
    'DW_PG_DATABASE',
    'DW_PG_SSL',
    'DW_PG_SSL_CA',
    'TARGET_TABLE',
    'MAX_RECORDS_PER_BATCH',
    'SESSION_TIMEOUT_MINUTES',
    'CATCH_UP_HOURS',
    'LOG_LEVEL',
    'AWS_ENDPOINT_URL_S3',
  ])('a connection string that was pasted into %s is not shown', async (name) => {
    const listener = new Listener();
    const error = await listener.errorOf(
      // A promise, so that it is heard like any other error.
      Promise.resolve().then(() => readEtlSettings({ ...warehouse.env, [name]: pasted })),
    );
    // A name of a database or a user may be any text.
    if (error !== undefined) expect((error as Error).message).toContain(name);
    expect(listener.leaks).toEqual([]);
  });
});

describe('a defect', () => {
  const quoting: readonly (() => unknown)[] = [
    () => JSON.parse('planted-text that is no JSON') as unknown,
    () => JSON.parse('{"eventName": planted-name}') as unknown,
    () => new URL('planted url'),
    () => (plantedEvent(1) as { note: { planted: () => void } }).note.planted(),
    () => {
      throw Object.assign(new Error('planted-message\n    at planted-place'), { row: plantedEvent(1) });
    },
    () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw 'planted-text';
    },
  ];

  it.each(quoting.map((act) => [act.toString().replaceAll(/\s+/g, ' ').slice(0, 60), act] as const))(
    'in the ETL’s Lambda is told without its message: %s',
    (_, act) => {
      const listener = new Listener();
      try {
        act();
      } catch (error) {
        listener.hearInLambda(error);
      }
      expect(listener.text).toContain('unexpected');
      expect(listener.leaks).toEqual([]);
    },
  );

  it.each(quoting.map((act) => [act.toString().replaceAll(/\s+/g, ' ').slice(0, 60), act] as const))(
    'in the ingest is told without its message: %s',
    async (_, act) => {
      const listener = new Listener();
      const ingest = createIngestHandler({
        env: { RAW_BUCKET_NAME: 'raw' },
        store: { put: () => Promise.resolve().then(() => void act()) },
        log: { error: (fields, message) => listener.hear('ingest', JSON.stringify({ ...fields, message })) },
      });
      expect(await ingest(plantedRequest())).toMatchObject({ statusCode: 500 });
      expect(listener.text).toContain('store_failed');
      expect(listener.leaks).toEqual([]);
    },
  );
});
