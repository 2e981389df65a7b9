import * as fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { readPayload } from '../../src/config/payload.ts';
import {
  readEtlSettings,
  readRunSettings,
  readStatusSettings,
  readWarehouseSettings,
} from '../../src/config/settings.ts';
import { ClickstreamError } from '../../src/errors.ts';
import { fuzzSeed } from './seed.ts';

vi.setConfig({ testTimeout: 240_000 });
const seed = fuzzSeed();
const NOW_MS = Date.parse('2025-12-06T06:05:00Z');

/** What reading came to: the answer, or the message of the coded error. Fails for an error of any other kind. */
function outcome<T>(read: () => T, code: string): { readonly answer: T } | { readonly message: string } {
  try {
    return { answer: read() };
  } catch (error) {
    expect(error).toBeInstanceOf(ClickstreamError);
    const { code: found, stage, message } = error as ClickstreamError;
    expect([found, stage]).toEqual([code, 'config']);
    // A log has a line for it, and whoever reads the line must get to its end.
    expect(message).not.toMatch(/[\n\r]/);
    expect(message.length).toBeLessThan(3_000);
    return { message };
  }
}

const keys = fc.constantFrom(
  ...['hoursBack', 'targetUtcHour', 'targetUtcDate', 'overridePrefix', 'startAfter', 'endAt'],
  ...['time', 'source', 'detail-type', 'detail', '__proto__', 'constructor', 'toString', 'hasOwnProperty', ''],
);
const moments = fc.constantFrom(
  '2025-12-06T05:00:00Z',
  '2025-02-30T05:00:00Z',
  '0000-00-00T00:00:00Z',
  '2025-12-06T05',
  '',
);
const prefixes = fc.constantFrom(
  ...['events/2025/12/06/05/', 'events/2025/12/06/', 'events/2025/1', 'events/2025', 'events/', 'events/9999/'],
  ...['events/2025/12/06/05/event-1.json', 'events/2025/../', 'events/2025/12/06/05/\0', '2025/12/06/05/'],
);
const value = fc.oneof(moments, prefixes, fc.jsonValue(), fc.string({ unit: 'binary' }), fc.double(), fc.integer());
const payload = fc.oneof(
  fc.jsonValue(),
  fc.array(fc.tuple(fc.oneof({ weight: 5, arbitrary: keys }, fc.string()), value), { maxLength: 4 }).map(asJson),
);

/** As Lambda gets it: from JSON, in which `__proto__` is a key like any other. */
function asJson(entries: readonly (readonly [string, unknown])[]): unknown {
  const members = entries.map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`);
  return JSON.parse(`{${members.join(',')}}`);
}

test('any payload is understood, or refused with a code', () => {
  let understood = 0;
  fc.assert(
    fc.property(payload, (given) => {
      const result = outcome(() => readPayload(given, NOW_MS), 'invalid_payload');
      if (!('answer' in result)) return;
      understood += 1;
      const { answer } = result;
      const units = answer.kind === 'scheduled' ? [answer.hour] : answer.hours;
      expect(units.length).toBeGreaterThan(0);
      for (const { hour_ms, prefix, startAfter = prefix, endAt = prefix } of units) {
        expect(hour_ms % 3_600_000).toBe(0);
        expect(hour_ms).toBeLessThanOrEqual(NOW_MS);
        expect(prefix).toMatch(/^events\/\d{4}\/\d\d\/\d\d\/\d\d\//);
        expect([startAfter.startsWith(prefix), endAt.startsWith(prefix)]).toEqual([true, true]);
      }
    }),
    { seed, numRuns: 5_000 },
  );
  expect(understood).toBeGreaterThan(50);
});

const SECRET = 'correct horse battery staple';
const GOOD: Readonly<Record<string, string>> = {
  RAW_BUCKET_NAME: 'raw-bucket',
  DW_PG_HOST: 'db.example',
  DW_PG_PORT: '5432',
  DW_PG_USER: 'etl',
  DW_PG_PASSWORD: SECRET,
  DW_PG_DATABASE: 'shop',
  DW_PG_SSL: 'false',
  TARGET_TABLE: 'clickstream_events',
  MAX_RECORDS_PER_BATCH: '200',
  AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000',
  SESSION_TIMEOUT_MINUTES: '30',
  CATCH_UP_HOURS: '24',
  LOG_LEVEL: 'info',
};
const texts = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '0',
    '-1',
    '1e9',
    '0x10',
    'true',
    'TRUE',
    'null',
    'a'.repeat(100),
    'x.y.z',
    'pg_x',
    '\0',
    '\n',
  ),
  fc.constantFrom(
    `postgres://etl:${SECRET}@db/shop`,
    `https://key:${SECRET}@s3.example/?token=${SECRET}`,
    'http://[::1',
  ),
  fc.constantFrom('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', '/nowhere/ca.pem', '..', '%00', 'ﬀ'),
  fc.string({ unit: 'binary' }),
  fc.string(),
);
const names = fc.constantFrom(...Object.keys(GOOD), 'DW_PG_SSL_CA');
const changes = fc.array(fc.tuple(names, fc.option(texts, { nil: undefined })), { maxLength: 4 });

test.each([
  ['all of them', readEtlSettings],
  ['those of a run', readRunSettings],
  ['those of the warehouse', readWarehouseSettings],
  ['those of a look at it', readStatusSettings],
])(
  'any settings are taken, or refused with a code and without a secret: %s',
  (_, read: (env: NodeJS.ProcessEnv) => unknown) => {
    let taken = 0;
    fc.assert(
      fc.property(changes, (given) => {
        const result = outcome(() => read({ ...GOOD, ...Object.fromEntries(given) }), 'invalid_config');
        if ('answer' in result) taken += 1;
        else expect(result.message).not.toContain(SECRET);
      }),
      { seed, numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(50);
  },
);
