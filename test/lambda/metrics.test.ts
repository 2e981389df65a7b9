import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { HOUR_MS as AN_HOUR_MS, hourOf, hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { handler } from '../../src/lambda/etl.ts';
import { metricsLine } from '../../src/lambda/metrics-line.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { emfViolations } from './emf-schema.ts';

let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

beforeEach(() => {
  for (const [name, value] of Object.entries(warehouse.env)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'etl');
  vi.stubEnv('LOG_LEVEL', 'silent');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

type Line = Readonly<Record<string, unknown>>;

/** Calls the handler, and gives the metrics that it told, each held against the format. */
async function invoke(payload: unknown, remaining_ms = 60_000): Promise<{ lines: Line[]; error: unknown }> {
  const began_ms = performance.now();
  const context = { getRemainingTimeInMillis: () => remaining_ms + began_ms - performance.now() };
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  let error: unknown;
  try {
    await handler(payload, context);
  } catch (thrown) {
    error = thrown;
  } finally {
    spy.mockRestore();
  }
  const lines = written.filter((line) => line.includes('"_aws"'));
  for (const line of lines) {
    expect(line).toMatch(/^[^\n]+\n$/);
    expect(emfViolations(line)).toEqual([]);
  }
  return { lines: lines.map((line) => JSON.parse(line) as Line), error };
}

const DIRECTIVE = {
  Namespace: 'Clickstream',
  Dimensions: [['Table']],
  Metrics: [
    { Name: 'EventsRead', Unit: 'Count' },
    { Name: 'EventsInserted', Unit: 'Count' },
    { Name: 'EventsDuplicate', Unit: 'Count' },
    { Name: 'EventsRejected', Unit: 'Count' },
    { Name: 'EventsDropped', Unit: 'Count' },
    { Name: 'Objects', Unit: 'Count' },
    { Name: 'Batches', Unit: 'Count' },
    { Name: 'Failed', Unit: 'Count' },
    { Name: 'Duration', Unit: 'Milliseconds' },
    { Name: 'PeakMemory', Unit: 'Megabytes' },
    { Name: 'Lag', Unit: 'Seconds' },
  ],
};

describe('an invocation in Lambda', () => {
  it('tells what it committed in one line, and how far behind the warehouse is', async () => {
    const hour_ms = hourOf(Date.now()) - 2 * AN_HOUR_MS;
    const body = ndjson([event(1), event(2), event(2)]) + 'no json\n';
    await s3.putObject('raw', `${hourPrefix(hour_ms)}a.json`, body);
    await s3.putObject('raw', `${hourPrefix(hour_ms)}b.json`, ndjson([event(3)]));
    const { lines, error } = await invoke({ targetUtcHour: new Date(hour_ms).toISOString().slice(0, 13) });
    expect(error).toBeUndefined();
    expect(lines).toEqual([
      {
        _aws: { Timestamp: expect.any(Number) as unknown, CloudWatchMetrics: [DIRECTIVE] },
        Table: 'clickstream_events',
        EventsRead: 5,
        EventsInserted: 3,
        EventsDuplicate: 1,
        EventsRejected: 1,
        EventsDropped: 0,
        Objects: 2,
        Batches: 1,
        Failed: 0,
        Duration: expect.any(Number) as unknown,
        PeakMemory: expect.any(Number) as unknown,
        Lag: expect.any(Number) as unknown,
        RejectedByCode: { syntax_error: 1 },
      },
    ]);
    const { Timestamp } = lines[0]!['_aws'] as { Timestamp: number };
    expect(lines[0]!['Lag']).toBe(Math.round((Timestamp - hour_ms - AN_HOUR_MS) / 1000));
    expect(lines[0]!['PeakMemory']).toBeGreaterThan(30);
  });

  it('tells what was committed before it failed, and that it did', async () => {
    vi.stubEnv('MAX_RECORDS_PER_BATCH', '1');
    await s3.putObject('raw', `${PREFIX}a.json`, ndjson([event(11), event(12), event(13)]));
    await warehouse.rows(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON clickstream_events FOR EACH ROW
        WHEN (NEW.event_id = '${String(event(13)['eventId'])}') EXECUTE FUNCTION refuse()`);
    const { lines, error } = await invoke({ targetUtcHour: HOUR });
    await warehouse.rows('DROP FUNCTION refuse CASCADE');
    expect(error).toMatchObject({ code: 'warehouse_refused' });
    expect(lines).toMatchObject([
      { Failed: 1, EventsRead: 2, EventsInserted: 2, Batches: 2, Lag: expect.any(Number) as unknown },
    ]);
    expect(JSON.stringify(lines)).not.toContain('not this one');
  });

  it('counts every hour that failed', async () => {
    for (const hour of ['05', '06']) await s3.putObject('raw', `events/2025/12/05/${hour}/a.json`, ndjson([event(1)]));
    vi.stubEnv('MAX_RECORDS_PER_BATCH', '1');
    await warehouse.rows('ALTER TABLE clickstream_runs ADD CONSTRAINT no CHECK (read = 0) NOT VALID');
    const { lines, error } = await invoke({ overridePrefix: 'events/2025/12/05/0' });
    await warehouse.rows('ALTER TABLE clickstream_runs DROP CONSTRAINT no');
    expect(error).toMatchObject({ code: 'hours_failed' });
    expect(lines).toMatchObject([{ Failed: 2, EventsRead: 0 }]);
  });

  it.each([
    ['the settings are wrong', { DW_PG_HOST: '' }, 'invalid_config'],
    ['the warehouse is not there', { DW_PG_PORT: '1' }, 'warehouse_unreachable'],
    ['the table is called impossibly', { TARGET_TABLE: 'a-b' }, 'invalid_config'],
  ])(
    'tells that it failed when %s, without a lag',
    async (_, env: Record<string, string>, code) => {
      for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
      const { lines, error } = await invoke({ targetUtcHour: HOUR });
      expect(error).toMatchObject({ code });
      expect(lines).toMatchObject([{ Failed: 1, EventsRead: 0 }]);
      expect(lines[0]).not.toHaveProperty('Lag');
      expect(lines[0]!['Table']).toBe('TARGET_TABLE' in env ? 'invalid' : 'clickstream_events');
    },
    120_000,
  );

  it('leaves the lag out when there is no time to ask for it', async () => {
    const { lines } = await invoke({ targetUtcHour: 'never' }, 200);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toHaveProperty('Lag');
  });
});

describe('no metrics are told', () => {
  it('where METRICS says so', async () => {
    vi.stubEnv('METRICS', 'false');
    expect(await invoke({ targetUtcHour: HOUR })).toEqual({ lines: [], error: undefined });
  });

  it('outside of Lambda', async () => {
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', undefined);
    expect(await invoke({ targetUtcHour: HOUR })).toEqual({ lines: [], error: undefined });
  });

  it('where METRICS is neither true nor false, which is an error', async () => {
    vi.stubEnv('METRICS', 'no');
    const { lines, error } = await invoke({ targetUtcHour: HOUR });
    expect(lines).toEqual([]);
    expect(error).toMatchObject({ code: 'invalid_config' });
    expect((error as Error).message).toContain('METRICS is "no"');
  });
});

it('the check of the format can fail', () => {
  const line = metricsLine({
    at_ms: 1,
    table: 't',
    counts: {
      processed: 0,
      read: 0,
      split: 0,
      inserted: 0,
      duplicates: 0,
      rejected: 0,
      dropped: 0,
      bytes: 0,
      batches: 0,
    },
    rejects: {},
    failed: 0,
    duration_ms: 1.5,
    peakRss_mb: 1.5,
  });
  expect(emfViolations(line)).toEqual([]);
  expect(emfViolations(line.replace('"Milliseconds"', '"Minutes"'))).toEqual([
    '$._aws.CloudWatchMetrics[0].Metrics[8].Unit is Minutes',
  ]);
  expect(emfViolations(line.replace('"Timestamp":1', '"Timestamp":1.5'))).toEqual(['$._aws.Timestamp is no integer']);
  expect(emfViolations(line.replace('"Table":"t"', '"Table":""'))).toEqual(['Table is no dimension']);
  expect(emfViolations(line.replace('"Failed":0', '"Failed":"0"'))).toEqual(['Failed is no number of the root']);
  expect(emfViolations(line.replace('"Namespace"', '"Name"'))).toEqual([
    '$._aws.CloudWatchMetrics[0] has no Namespace',
  ]);
});
