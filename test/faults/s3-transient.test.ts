import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { S3Fault, SeenRequest, WholeAnswer } from '../support/faulty-s3.ts';
import {
  answered,
  BenchPool,
  crc32Of,
  LARGE,
  LIMITS,
  ORACLE,
  PLACES,
  s3Error,
  SHORT_LIMITS,
  type Place,
} from '../support/faulty-s3-hour.ts';
import { expectLoaded, expectOnePass, expectWholeBatches } from '../support/ledger.ts';
import { Sometimes } from '../support/sometimes.ts';

const { maxAttempts } = LIMITS.retries;
const benches = new BenchPool();
afterAll(() => benches.close());

const sometimes = new Sometimes('committed before the fault', 'went on within an object');

interface Transient {
  readonly what: string;
  readonly fault: S3Fault;
  /** The code of a run that meets it again and again: of a listing, and of an object. */
  readonly codes: readonly [listing: string, object: string];
  /** Where it can happen, if not everywhere. */
  readonly places?: readonly Place[];
}

const OBJECTS: readonly Place[] = ['GET of a small object', 'GET of a streamed object'];
const UNAVAILABLE = ['store_unavailable', 'store_unavailable'] as const;
const TRUNCATED = ['listing_truncated', 'object_truncated'] as const;
const CORRUPT = ['invalid_listing', 'object_corrupt'] as const;

const stop = (within: 'headers' | 'body', then: 'stall' | 'end' | 'reset', chunked = false): S3Fault => ({
  kind: 'stop',
  within,
  share: 0.5,
  then,
  chunked,
});
const checksum = (header: string, value: string): S3Fault => ({
  kind: 'answer',
  answer: (real) => ({ ...real, headers: { ...real.headers, [`x-amz-checksum-${header}`]: value } }),
});

/** What asking again helps against. */
const TRANSIENT: readonly Transient[] = [
  { what: 'no answer', fault: { kind: 'silence' }, codes: UNAVAILABLE },
  { what: 'headers that stall', fault: stop('headers', 'stall'), codes: UNAVAILABLE },
  { what: 'a body that stalls', fault: stop('body', 'stall'), codes: UNAVAILABLE },
  { what: 'a body in chunks that stalls', fault: stop('body', 'stall', true), codes: UNAVAILABLE },
  { what: 'headers cut short', fault: stop('headers', 'end'), codes: UNAVAILABLE },
  {
    what: 'a connection reset before the answer',
    fault: { ...stop('headers', 'reset'), share: 0 } as S3Fault,
    codes: UNAVAILABLE,
  },
  { what: 'a connection reset in the headers', fault: stop('headers', 'reset'), codes: UNAVAILABLE },
  { what: 'a connection reset in the body', fault: stop('body', 'reset'), codes: TRUNCATED },
  { what: 'a body cut short', fault: stop('body', 'end'), codes: TRUNCATED },
  { what: 'a body in chunks cut short', fault: stop('body', 'reset', true), codes: TRUNCATED },
  { what: 'too few chunks', fault: stop('body', 'end', true), codes: TRUNCATED, places: OBJECTS },
  { what: 'something that is no HTTP', fault: { kind: 'garbage' }, codes: UNAVAILABLE },
  { what: '503 SlowDown', fault: s3Error(503, 'SlowDown'), codes: UNAVAILABLE },
  { what: '500 InternalError', fault: s3Error(500, 'InternalError'), codes: UNAVAILABLE },
  { what: '503 of a proxy', fault: answered(503, '<html>busy</html>'), codes: UNAVAILABLE },
  { what: '502 of a proxy', fault: answered(502, ''), codes: UNAVAILABLE },
  { what: '429', fault: answered(429, ''), codes: UNAVAILABLE },
  { what: '400 RequestTimeout', fault: s3Error(400, 'RequestTimeout'), codes: UNAVAILABLE },
  { what: 'another byte', fault: { kind: 'answer', answer: withAnotherByte }, codes: CORRUPT, places: OBJECTS },
  { what: 'a wrong CRC-32', fault: checksum('crc32', 'AAAAAA=='), codes: CORRUPT, places: OBJECTS },
  { what: 'a wrong CRC-32C', fault: checksum('crc32c', 'AAAAAA=='), codes: CORRUPT, places: OBJECTS },
  { what: 'a wrong CRC-64', fault: checksum('crc64nvme', 'AAAAAAAAAAA='), codes: CORRUPT, places: OBJECTS },
  { what: 'a wrong SHA-256', fault: checksum('sha256', hash('sha256')), codes: CORRUPT, places: OBJECTS },
  { what: 'a wrong SHA-1', fault: checksum('sha1', hash('sha1')), codes: CORRUPT, places: OBJECTS },
];

/** In the middle, where a JSON text may well be as good as before; the checksum is that of the bytes as stored. */
function withAnotherByte({ status, headers, body }: WholeAnswer): WholeAnswer {
  const changed = Buffer.from(body);
  changed[Math.floor(body.length / 2)]! ^= 1;
  return { status, headers: { ...headers, 'x-amz-checksum-crc32': crc32Of(body) }, body: changed };
}

function isStall(fault: S3Fault): boolean {
  return fault.kind === 'silence' || (fault.kind === 'stop' && fault.then === 'stall');
}

function hash(algorithm: string): string {
  return createHash(algorithm).update('something else').digest('base64');
}

/** The fault again and again: a body that goes on where it broke off gets no further. */
function endless(fault: S3Fault): (request: SeenRequest) => S3Fault {
  return ({ headers }) =>
    fault.kind === 'stop' && fault.within === 'body' && headers.range !== undefined ? { ...fault, share: 0 } : fault;
}

const CASES = TRANSIENT.flatMap(({ what, fault, codes, places = PLACES }) =>
  places.map((place) => ({ what, place, fault, code: codes[OBJECTS.includes(place) ? 1 : 0] })),
);

describe.concurrent('S3 in trouble', () => {
  it.each(CASES)('$place: $what', async ({ place, fault, code }) => {
    await benches.use(async (s3Bench) => {
      const { warehouse } = s3Bench.bench;
      const limits = { storeLimits: isStall(fault) ? SHORT_LIMITS : LIMITS };
      const failed = await s3Bench.run(place, endless(fault), limits);
      expect(failed).toMatchObject({ status: 'failed', code, requests: maxAttempts });
      await expectWholeBatches(warehouse);
      const [unit] = await warehouse.rows<{ state: string; read: string; within: string | null }>(
        "SELECT state, read, position->>'key' AS within FROM clickstream_checkpoints",
      );
      expect(unit!.state).toBe('reading');
      if (Number(unit!.read) > 0) sometimes.saw('committed before the fault');

      // Without TLS, what goes on within an object first looks whether the whole has a checksum.
      const before = place === 'GET of a streamed object' && unit!.within === LARGE.key ? 1 : 0;
      if (before > 0) sometimes.saw('went on within an object');
      const loaded = await s3Bench.run(place, ({ nth }) => (nth === 1 + before ? fault : undefined), limits);
      expect(loaded).toMatchObject({ status: 'complete', requests: 2 + before });
      await expectLoaded(warehouse, ORACLE);
      await expectOnePass(warehouse, ORACLE);
    });
  });
});
