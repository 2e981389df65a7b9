import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { event, freshBucket, ndjson, PREFIX, type TestEvent } from '../support/bucket.ts';
import { FaultBench } from '../support/fault-bench.ts';
import { gzipBomb, gzipOfParts } from '../support/gzip-faults.ts';
import { expectLoaded, expectOnePass } from '../support/ledger.ts';
import type { StoredRecord } from '../support/mixed-hour.ts';
import { oracleOf } from '../support/oracle.ts';
import type { S3Server } from '../../src/local/s3/server.ts';

let s3: S3Server;
beforeAll(async () => void (s3 = await freshBucket()));
afterAll(() => s3.close());

/** Fields that the oracle knows. */
const simple = (number: number): TestEvent =>
  event(number, { product: undefined, pageUrl: `https://shop.example/p/${number}`, sessionId: `s-${number % 5}` });
const events = (from: number, to: number): TestEvent[] =>
  Array.from({ length: to - from }, (_, at) => simple(from + at));
const records = (from: number, to: number): StoredRecord[] => events(from, to).map((one) => ({ event: one }));
const reject = (code: string): StoredRecord => ({ text: '', code });

const FIRST = ndjson(events(0, 20));
const SECOND = ndjson(events(20, 40));
const BOTH = gzipSync(FIRST + SECOND);
const parts = gzipOfParts([FIRST, SECOND]);
/** A byte of another value at a place, counted from the end if negative. */
const changed = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? bytes.length + at : at]! ^= 0xff;
  return copy;
};
/** Larger than what is fetched whole. */
const MANY_BYTES = 1_200_000;
const blanks = gzipSync(Buffer.alloc(MANY_BYTES, '\n'), { level: 0 });

const BAD_BLOCK = Buffer.from([7]);

const HALF = records(0, 20);
const ALL = records(0, 40);

/** What lies in the object, and what must come of it. */
const CASES: readonly (readonly [what: string, bytes: Buffer, expected: readonly StoredRecord[]])[] = [
  ['truncated in the middle', parts.bytes.subarray(0, parts.ends[0]! + 1), [...HALF, reject('gzip_truncated')]],
  ['truncated in its header', BOTH.subarray(0, 7), [reject('gzip_truncated')]],
  ['without its trailer', BOTH.subarray(0, -8), [...ALL, reject('gzip_truncated')]],
  // A block of a type that there is not. What zlib had inflated of the same 16 KB is lost with it.
  ['corrupt', Buffer.concat([parts.bytes.subarray(0, parts.ends[0]), BAD_BLOCK]), [reject('gzip_corrupt')]],
  [
    'corrupt far in',
    Buffer.concat([gzipSync(FIRST), blanks, parts.bytes.subarray(0, 10), BAD_BLOCK]),
    [...HALF, reject('gzip_corrupt')],
  ],
  ['with a wrong CRC', changed(BOTH, -8), [...ALL, reject('gzip_corrupt')]],
  ['with a wrong length', changed(BOTH, -1), [...ALL, reject('gzip_corrupt')]],
  ['followed by junk', Buffer.concat([BOTH, Buffer.from('junk')]), [...ALL, reject('gzip_trailing_junk')]],
  ['followed by zeros', Buffer.concat([BOTH, Buffer.alloc(512)]), ALL],
  ['of two members', Buffer.concat([gzipSync(FIRST), gzipSync(SECOND)]), ALL],
  [
    'of a member and half of another',
    Buffer.concat([gzipSync(FIRST), gzipSync(SECOND).subarray(0, 12)]),
    [...HALF, reject('gzip_truncated')],
  ],
  ['of nothing', gzipSync(''), []],
  ['of gzip', gzipSync(BOTH), [reject('syntax_error')]],
  [
    'of gzip after a record',
    gzipSync(Buffer.concat([Buffer.from(FIRST), gzipSync('{}'), Buffer.from('\n'), Buffer.from(SECOND)])),
    [...HALF, reject('syntax_error'), ...records(20, 40)],
  ],
  ['of a gigabyte of zeros in a megabyte', gzipBomb('', '\0', 2 ** 30, ''), [reject('syntax_error')]],
  [
    'of zeros amid records',
    gzipBomb(FIRST, '\0', 2 ** 28, `\n${SECOND}`),
    [...HALF, reject('record_too_large'), ...records(20, 40)],
  ],
  [
    'of a string of a quarter of a gigabyte',
    gzipBomb(`${FIRST}{"eventName":"`, 'x', 2 ** 28, `"}\n${SECOND}`),
    [...HALF, reject('record_too_large'), ...records(20, 40)],
  ],
  ['of blank lines by the million', gzipBomb(FIRST, '\n', 2 ** 26, SECOND), ALL],
  [
    'large, and truncated',
    Buffer.concat([gzipSync(FIRST), blanks, gzipSync(SECOND).subarray(0, -4)]),
    [...ALL, reject('gzip_truncated')],
  ],
  [
    'large, and followed by junk',
    Buffer.concat([gzipSync(FIRST), blanks, gzipSync(SECOND), Buffer.from('junk')]),
    [...ALL, reject('gzip_trailing_junk')],
  ],
];

/** Far below the least of the bombs. */
const MOST_BYTES = 160 * 2 ** 20;

describe('an object of gzip', () => {
  it.each(CASES)(
    '%s gives what is good of it, and the others are loaded',
    async (_, bytes, expected) => {
      const key = `${PREFIX}event-5.json`;
      const before = records(100, 110).map((one, at) => ({
        key: `${PREFIX}event-4-${at}.json`,
        form: 'single' as const,
        records: [one],
      }));
      const after = records(110, 120).map((one, at) => ({
        key: `${PREFIX}event-6-${at}.json`,
        form: 'single' as const,
        records: [one],
      }));
      const others = [...before, ...after];
      const oracle = oracleOf([...others, { key, form: 'gzip', records: expected }]);
      s3.deleteObjects('raw');
      for (const object of others) {
        await s3.putObject('raw', object.key, JSON.stringify((object.records[0] as { event: TestEvent }).event));
      }
      await s3.putObject('raw', key, bytes);
      const bench = await FaultBench.open(s3, oracle);
      try {
        const used = (): number => process.memoryUsage().rss;
        const before_bytes = used();
        let most_bytes = 0;
        const watch = setInterval(() => (most_bytes = Math.max(most_bytes, used() - before_bytes)), 5);
        const ending = await bench.run({}, 300_000);
        clearInterval(watch);
        expect(ending).toMatchObject({ status: 'complete', result: { rejected: oracle.counts.rejected } });
        expect(most_bytes).toBeLessThan(MOST_BYTES);
        await expectLoaded(bench.warehouse, oracle);
        await expectOnePass(bench.warehouse, oracle);
      } finally {
        await bench.close();
      }
    },
    300_000,
  );

  it('of millions of records in 64 KB takes no more memory than another, and stops when its time is up', async () => {
    s3.deleteObjects('raw');
    const dense = gzipBomb('', '{}\n{}\n{}\n{}\n{}\n \n', 2 ** 26, '');
    await s3.putObject('raw', `${PREFIX}event-5.json`, dense);
    const bench = await FaultBench.open(s3, oracleOf([]));
    try {
      const before_bytes = process.memoryUsage().rss;
      const ending = await bench.run({}, 4_000);
      expect(ending.status).toBe('partial');
      expect(ending.result!.peakRssMb * 2 ** 20 - before_bytes).toBeLessThan(400 * 2 ** 20);
    } finally {
      await bench.close();
    }
  });

  it('of blanks without end leaves the run in time', async () => {
    s3.deleteObjects('raw');
    await s3.putObject('raw', `${PREFIX}event-4.json`, JSON.stringify(simple(1)));
    await s3.putObject('raw', `${PREFIX}event-5.json`, gzipBomb('', '\n', 2 ** 33, ''));
    const bench = await FaultBench.open(s3, oracleOf([]));
    try {
      const ending = await bench.run({}, 4_000);
      expect(ending).toMatchObject({ status: 'partial', result: { processed: 1, inserted: 1 } });
    } finally {
      await bench.close();
    }
  });
});
