/** A wrong setting or payload: what it is, and what the error must name. */
export interface SettingCase {
  readonly variable: string;
  /** undefined: not set. */
  readonly value: string | undefined;
}

export interface PayloadCase {
  readonly payload: unknown;
  /** The key that the message must name. */
  readonly names: string;
}

const wrong = (variable: string, ...values: readonly (string | undefined)[]): SettingCase[] =>
  values.map((value) => ({ variable, value }));

/** What no whole number is, wherever one is asked for. */
const NO_NUMBERS = [
  '',
  ' ',
  '-1',
  '1.5',
  'NaN',
  'Infinity',
  '1e3',
  '0x10',
  ' 7',
  '7 ',
  '1_000',
  '1,000',
  '٧',
  '７',
  'x',
];
const HUGE = ['9007199254740993', '9'.repeat(400)];
/** What neither true nor false is. */
const NO_BOOLEANS = ['', '1', '0', 'yes', 'TRUE', 'True', 'on', 'require', ' true', 'true\n', 'null'];

/** Environments that the ETL must refuse. */
export const ETL_SETTINGS: readonly SettingCase[] = [
  ...wrong(
    'RAW_BUCKET_NAME',
    undefined,
    '',
    ' ',
    'ab',
    's3://raw',
    'raw/events',
    'raw events',
    'a..b',
    '../raw',
    '-raw',
  ),
  ...wrong('RAW_BUCKET_NAME', 'räw', 'raw\n', 'b'.repeat(256), 'arn:aws:s3:::raw', 'raw?versions', 'raw%2f..'),
  ...wrong('TARGET_TABLE', '', ' ', '.', 'shop.', '.events', '..', 'a.b.c', 'a.b.c.d', 'a..b', 'e'.repeat(64)),
  ...wrong('TARGET_TABLE', `${'s'.repeat(64)}.events`, 'x'.repeat(63), 'pg_events', 'PG_TEMP.events', 'pg_catalog.x'),
  ...wrong(
    'TARGET_TABLE',
    'information_schema.events',
    '"events"',
    'shop"events',
    `shop'events`,
    'events--',
    'events;',
  ),
  ...wrong('TARGET_TABLE', 'events; DROP TABLE users', 'événements', 'événements', '表', '🛒', '1events', 'a-b', 'a b'),
  ...wrong(
    'TARGET_TABLE',
    'events\n',
    '\tevents',
    'events ',
    '$1',
    '%I',
    ':"events"',
    '../events',
    'a/b',
    'e\u200bvents',
  ),
  ...wrong('DW_PG_HOST', undefined, '', ' ', 'db:5432', 'postgres://db', 'my db', '[::1]', 'db/shop', 'db\n', 'db?x=1'),
  ...wrong('DW_PG_HOST', 'user@db', 'dß', 'h'.repeat(254), `'; DROP`),
  ...wrong('DW_PG_PORT', ...NO_NUMBERS, ...HUGE, '0', '65536', '5432.0', '+5432', 'postgres'),
  ...wrong('DW_PG_USER', undefined, '', ' ', ' etl', 'etl ', 'etl\n', 'u'.repeat(64), 'é'.repeat(32), 'a\u0007b'),
  ...wrong('DW_PG_DATABASE', undefined, '', ' dw', 'dw\t', 'd'.repeat(64), '表'.repeat(22)),
  ...wrong('DW_PG_SSL', ...NO_BOOLEANS),
  ...wrong('DW_PG_SSL_CA', '', 'missing.pem', '/', '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----'),
  ...wrong('MAX_RECORDS_PER_BATCH', ...NO_NUMBERS, ...HUGE, '0', '-0', '1000001', '1000000000', '1e9', '200 records'),
  ...wrong('AWS_ENDPOINT_URL_S3', '', ' ', '127.0.0.1:9000', '//h', 'ftp://h', 'file:///etc', 'javascript:alert(1)'),
  ...wrong(
    'AWS_ENDPOINT_URL_S3',
    'http://',
    'http://h:99999',
    'http://k:s@h',
    'http://h?a=b',
    'http://h#a',
    'http://h h',
  ),
  ...wrong('AWS_ENDPOINT_URL_S3', 'http://[::1', 'http://h\\x', 'http://h\n'),
  ...wrong('SESSION_TIMEOUT_MINUTES', ...NO_NUMBERS, ...HUGE, '0', '1441', '30m'),
  ...wrong('CATCH_UP_HOURS', ...NO_NUMBERS, ...HUGE, '8761', 'all'),
  ...wrong('LOG_LEVEL', '', 'INFO', 'verbose', 'info ', '30', '__proto__', 'constructor'),
];

const key = (names: string, ...values: readonly unknown[]): PayloadCase[] =>
  values.map((value) => ({ names, payload: { [names]: value } }));

const HOUR = '2025-12-06T05:00:00Z';

/** Payloads that the ETL must refuse. */
export const PAYLOADS: readonly PayloadCase[] = [
  ...[[], [{}], 'x', '', '{}', 7, 0, NaN, true, false].map((payload) => ({ payload, names: 'payload' })),
  ...key('hoursBack', 0, -1, -0.5, 1.5, NaN, Infinity, 1e9, 8785, 2 ** 53, '1', '', 'all', true, null, [1], {}),
  ...key('targetUtcHour', '', 'now', '2025-12-06', '2025-12-06T05:30:00Z', '2025-12-06T05:00:01Z'),
  ...key(
    'targetUtcHour',
    '2025-12-06T05:00:00',
    '2025-12-06T05:00:00+01:00',
    '2025-12-06T24:00:00Z',
    '2025-02-30T05:00:00Z',
  ),
  ...key(
    'targetUtcHour',
    '2025-13-06T05:00:00Z',
    '+275760-09-13T00:00:00Z',
    '２025-12-06T05:00:00Z',
    `${HOUR}\n`,
    ` ${HOUR}`,
  ),
  ...key('targetUtcHour', 1_765_000_000_000, null, true, [HOUR], {}, '2999-01-01T00:00:00Z', `${HOUR}'; --`),
  ...key(
    'targetUtcDate',
    '',
    'today',
    '2025-02-30',
    '2025-02-29',
    '2025-11-31',
    '2025-00-10',
    '2025-12-00',
    '2025-13-01',
  ),
  ...key('targetUtcDate', '2025-12-6', '06.12.2025', '12/06/2025', '2025-12-06Z', HOUR, ' 2025-12-06', '2025-12-06\n'),
  ...key(
    'targetUtcDate',
    '٢٠٢٥-١٢-٠٦',
    20251206,
    null,
    false,
    ['2025-12-06'],
    {},
    '2999-01-01',
    '0000-01-01',
    '0001-01-01',
  ),
  ...key('overridePrefix', '', ' ', '/', '../', 'events', 'events/', 'Events/2025/', '/events/2025/12/06/05/', 'event'),
  ...key(
    'overridePrefix',
    'events//2025/12/06/05/',
    'events/2025//12/',
    'events/../2025/',
    'events/2025/12/06/05/../06/',
  ),
  ...key(
    'overridePrefix',
    'events/2025/13/',
    'events/2025/02/30/',
    'events/2025/12/06/24/',
    'events/2025/12/6/',
    'events/x/',
  ),
  ...key(
    'overridePrefix',
    'events/2025/12/06/05/\0',
    'events/2025/12/06/05/\n',
    'events/2025/12/06/05/\ud800',
    's3://raw/events/',
  ),
  ...key(
    'overridePrefix',
    'events\\2025\\',
    'events/٢٠٢٥/',
    `events/2025/12/06/05/${'k'.repeat(1010)}`,
    7,
    null,
    ['events/2025/'],
    {},
  ),
  ...key(
    'overridePrefix',
    'events/2999/01/01/00/',
    'events/0000/',
    'events/0001/01/01/00/',
    'logs/2025/12/06/05/',
    'events/*',
    'events/%2e%2e/',
    '*',
  ),
  ...['', 'x', 'events/2025/12/06/06/a', 'events/2025/12/06/05', 'events/2025/12/06/05/\0', 7, null, [], {}].flatMap(
    (value) => [
      { names: 'startAfter', payload: { targetUtcHour: HOUR, startAfter: value } },
      { names: 'endAt', payload: { targetUtcHour: HOUR, endAt: value } },
    ],
  ),
  {
    names: 'endAt',
    payload: { targetUtcHour: HOUR, startAfter: 'events/2025/12/06/05/b', endAt: 'events/2025/12/06/05/a' },
  },
  { names: 'startAfter', payload: { startAfter: 'events/2025/12/06/05/a' } },
  { names: 'startAfter', payload: { targetUtcDate: '2025-12-06', startAfter: 'events/2025/12/06/05/a' } },
  { names: 'hoursBack', payload: { hoursBack: 1, targetUtcHour: HOUR } },
  { names: 'overridePrefix', payload: { targetUtcDate: '2025-12-06', overridePrefix: 'events/2025/12/06/' } },
  ...['hoursback', 'targetUTCHour', 'prefix', 'dryRun', '', ' ', 'constructor', 'toString', '__proto__', 'Records'].map(
    (name) => ({ names: JSON.stringify(name), payload: JSON.parse(`{${JSON.stringify(name)}:1}`) as unknown }),
  ),
  { names: '"Records"', payload: { Records: [{ eventSource: 'aws:s3', s3: { bucket: { name: 'raw' } } }] } },
  { names: 'unknown keys', payload: Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`k${at}`, at])) },
  { names: 'unknown keys', payload: { ['k'.repeat(1_000_000)]: 1 } },
  ...key(
    'time',
    '',
    'now',
    '2025-12-06',
    '2025-02-30T05:00:00Z',
    '0001-01-01T00:00:00Z',
    '1970-01-01T00:00:00Z',
    7,
    null,
    {},
  ),
  ...key('time', '2999-01-01T00:00:00Z', '2025-12-06T05:00:00+01:00'),
];

/** Environments that the ingest must refuse, with 500 to the client and the variable's name in its log. */
export const INGEST_SETTINGS: readonly SettingCase[] = [
  ...wrong(
    'RAW_BUCKET_NAME',
    undefined,
    '',
    ' ',
    'ab',
    's3://raw',
    'raw/events',
    'raw events',
    'a..b',
    '../raw',
    '-raw',
  ),
  ...wrong('RAW_BUCKET_NAME', 'räw', 'raw\n', 'b'.repeat(256), 'arn:aws:s3:::raw', 'raw?versions', 'raw%2f..'),
  ...wrong('MAX_BODY_BYTES', ...NO_NUMBERS.filter((text) => text !== ''), ...HUGE, '0', '-0', '1MB', '1048576.0'),
  ...wrong(
    'ALLOWED_ORIGINS',
    ' ',
    ',',
    '*,https://x',
    'https://x,',
    'https://x/',
    'https://x/y',
    'x',
    'https://',
    'null',
  ),
  ...wrong(
    'ALLOWED_ORIGINS',
    'https://*.x',
    'https://x y',
    'https://x\r\nset-cookie:a',
    'https://a https://b',
    'https://x?y',
  ),
  ...wrong('AWS_ENDPOINT_URL_S3', ' ', '127.0.0.1:9000', '//h', 'ftp://h', 'file:///etc', 'javascript:alert(1)'),
  ...wrong(
    'AWS_ENDPOINT_URL_S3',
    'http://',
    'http://h:99999',
    'http://k:s@h',
    'http://h?a=b',
    'http://h#a',
    'http://h h',
  ),
  ...wrong('AWS_ENDPOINT_URL_S3', 'http://[::1', 'http://h\\x', 'http://h\n'),
];
