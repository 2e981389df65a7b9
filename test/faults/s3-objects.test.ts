import { afterAll, describe, expect, it } from 'vitest';
import type { S3Fault, WholeAnswer } from '../support/faulty-s3.ts';
import {
  BenchPool,
  crc32Of,
  HOUR_OBJECTS,
  LARGE,
  ORACLE,
  s3Error,
  SMALL,
  type Place,
  type S3Bench,
} from '../support/faulty-s3-hour.ts';
import { event, ndjson } from '../support/bucket.ts';
import { expectLoaded, expectOnePass, expectWholeBatches } from '../support/ledger.ts';
import type { StoredObject } from '../support/mixed-hour.ts';
import { oracleOf, type Oracle } from '../support/oracle.ts';

const benches = new BenchPool();
afterAll(() => benches.close());

const GETS: readonly (readonly [Place, StoredObject])[] = [
  ['GET of a small object', SMALL],
  ['GET of a streamed object', LARGE],
];

/** What the hour comes to if other records lie in one of its objects. */
function oracleWith(key: string, records: StoredObject['records']): Oracle {
  return oracleOf(HOUR_OBJECTS.map((object) => (object.key === key ? { ...object, records } : object)));
}

/** The number of times a run asked for an object, those included that it asked for with conditions. */
const asked = ({ s3 }: S3Bench, key: string): number => s3.seen.filter((request) => request.key === key).length;

describe.concurrent('an object that cannot be had', () => {
  const CASES = GETS.flatMap(([place, object]) => [
    { place, object, what: 'is gone', code: 'object_missing', fault: s3Error(404, 'NoSuchKey') },
    { place, object, what: 'is archived', code: 'object_archived', fault: s3Error(403, 'InvalidObjectState') },
  ]);

  it.each(CASES)(
    '$place: it $what, which is one reject, and the hour goes on',
    async ({ place, object, code, fault }) => {
      await benches.use(async (s3Bench) => {
        const { warehouse } = s3Bench.bench;
        const without = oracleWith(object.key, [{ text: '', code }]);
        const ending = await s3Bench.run(place, fault);
        expect(ending).toMatchObject({
          status: 'complete',
          requests: 1,
          result: { rejected: without.counts.rejected },
        });
        await expectLoaded(warehouse, without);
        await expectOnePass(warehouse, without);

        expect(await s3Bench.run(place, undefined)).toMatchObject({ status: 'complete' });
        await expectLoaded(warehouse, ORACLE);
      });
    },
  );

  it.each(GETS)('%s: it was deleted after it was listed', async (place, object) => {
    await benches.use(async (s3Bench) => {
      const { s3, bench } = s3Bench;
      const happens = (): Promise<boolean> => Promise.resolve(s3.deleteObject('raw', object.key));
      expect(await s3Bench.run(place, { kind: 'meanwhile', happens })).toMatchObject({
        status: 'complete',
        requests: 1,
      });
      await expectLoaded(bench.warehouse, oracleWith(object.key, [{ text: '', code: 'object_missing' }]));

      // Now it is not listed, either.
      expect(await s3Bench.run(place, undefined)).toMatchObject({ status: 'complete', requests: 0 });
      await expectLoaded(bench.warehouse, oracleOf(HOUR_OBJECTS.filter(({ key }) => key !== object.key)));
    });
  });

  it('an object that goes while it is streamed fails the run, and the next one loads the hour without it', async () => {
    await benches.use(async (s3Bench) => {
      const { s3, bench } = s3Bench;
      const failed = await s3Bench.run('GET of a streamed object', ({ nth }) =>
        nth === 1
          ? BROKEN_OFF
          : { kind: 'meanwhile', happens: () => Promise.resolve(s3.deleteObject('raw', LARGE.key)) },
      );
      expect(failed).toMatchObject({ status: 'failed', code: 'object_missing', requests: 2 });
      await expectWholeBatches(bench.warehouse);
      const before = await bench.warehouse.rows('SELECT FROM clickstream_events');
      const [unit] = await bench.warehouse.rows<{ objects: number; within: boolean }>(
        'SELECT objects::integer, position IS NOT NULL AS within FROM clickstream_checkpoints',
      );
      const again = await s3Bench.run('LIST', undefined);
      // On a busy machine the run may have failed before it committed anything of it, and is simply gone on with.
      const done = unit!.within ? 0 : unit!.objects;
      expect(again).toMatchObject({ status: 'complete', result: { processed: HOUR_OBJECTS.length - 1 - done } });
      const after = await bench.warehouse.rows('SELECT FROM clickstream_events');
      expect(after.length, 'what was loaded of it stays').toBeGreaterThanOrEqual(before.length);
    });
  });
});

const BROKEN_OFF: S3Fault = { kind: 'stop', within: 'body', share: 0.6, then: 'reset' };

describe.concurrent('an object that is replaced after it was listed', () => {
  const replacement = (object: StoredObject): StoredObject => ({
    key: object.key,
    form: 'lines',
    records: [
      ...object.records.filter((record) => 'event' in record),
      { event: event(901, { product: undefined, experiment: 'replaced' }) },
      { text: 'not json', code: 'syntax_error' },
    ],
  });
  const bodyOf = ({ records }: StoredObject): string =>
    records.map((record) => ('event' in record ? ndjson([record.event]) : `${record.text}\n`)).join('');

  it.each(GETS)('%s: it is read as it is now, under the ETag that it has now', async (place, object) => {
    await benches.use(async (s3Bench) => {
      const { s3, bench } = s3Bench;
      const other = replacement(object);
      const happens = (): Promise<unknown> => s3.putObject('raw', object.key, bodyOf(other));
      const ending = await s3Bench.run(place, ({ nth }) => (nth === 1 ? { kind: 'meanwhile', happens } : undefined));
      expect(ending).toMatchObject({ status: 'complete', requests: 2 });
      const oracle = oracleWith(object.key, other.records);
      await expectLoaded(bench.warehouse, oracle);
      await expectOnePass(bench.warehouse, oracle);
      const etag = s3.listObjects('raw').find(({ key }) => key === object.key)!.etag;
      const rejects = 'SELECT etag FROM clickstream_rejects WHERE source_key = $1 ORDER BY record_index DESC LIMIT 1';
      expect(await bench.warehouse.rows(rejects, [object.key])).toEqual([{ etag: `"${etag}"` }]);
    });
  });

  it('a streamed one that broke off is not gone on with in its other version', async () => {
    await benches.use(async (s3Bench) => {
      const { s3, bench } = s3Bench;
      const other = replacement(LARGE);
      const happens = (): Promise<unknown> => s3.putObject('raw', LARGE.key, bodyOf(other));
      const failed = await s3Bench.run('GET of a streamed object', ({ nth }) =>
        nth === 1 ? BROKEN_OFF : { kind: 'meanwhile', happens },
      );
      expect(failed).toMatchObject({ status: 'failed', code: 'object_replaced', requests: 2 });
      await expectWholeBatches(bench.warehouse);
      expect(await s3Bench.run('LIST', undefined)).toMatchObject({ status: 'complete' });
      await expectLoaded(bench.warehouse, oracleWith(LARGE.key, other.records));
    });
  });

  it('nor is one that a run before had begun', async () => {
    await benches.use(async (s3Bench) => {
      const { s3, bench } = s3Bench;
      const failed = await s3Bench.run('GET of a streamed object', ({ nth }) =>
        nth === 1 ? BROKEN_OFF : s3Error(500, ''),
      );
      expect(failed).toMatchObject({ status: 'failed', code: 'store_unavailable' });
      const other = replacement(LARGE);
      await s3.putObject('raw', LARGE.key, bodyOf(other));
      expect(await s3Bench.run('LIST', undefined)).toMatchObject({ status: 'complete' });
      await expectLoaded(bench.warehouse, oracleWith(LARGE.key, other.records));
    });
  });
});

describe.concurrent('bytes that change on their way', () => {
  const checked = (real: WholeAnswer): WholeAnswer => ({
    ...real,
    headers: { ...real.headers, ...(real.status === 200 ? { 'x-amz-checksum-crc32': crc32Of(real.body) } : {}) },
  });
  /** Amid the padding of a record, where no decoder can tell. */
  const changed = (real: WholeAnswer): WholeAnswer => {
    const body = Buffer.from(real.body);
    const at = body.indexOf('xxxxxxxx', Math.floor(body.length * 0.7));
    body.write('XXXXXXXX', at);
    return { ...checked(real), body };
  };

  it('of an object with a checksum are noticed before any of them is loaded, when it is read the second time too', async () => {
    await benches.use(async (s3Bench) => {
      const { bench } = s3Bench;
      const { warehouse } = bench;
      const failed = await s3Bench.run('GET of a streamed object', ({ nth }) => ({
        kind: 'answer',
        answer: nth === 2 ? changed : checked,
      }));
      expect(failed).toMatchObject({ status: 'failed', code: 'object_corrupt', requests: 2 });
      await expectWholeBatches(warehouse);
      expect(await warehouse.rows("SELECT FROM clickstream_events WHERE page_url LIKE '%XXXXXXXX%'")).toEqual([]);
      expect(await warehouse.rows("SELECT position->>'key' AS key FROM clickstream_checkpoints")).toEqual([
        { key: LARGE.key },
      ]);

      // The rest of it is checked as well: once read whole for its checksum, and wrongly, and again.
      const loaded = await s3Bench.run('GET of a streamed object', ({ nth }) => ({
        kind: 'answer',
        answer: nth === 1 ? changed : checked,
      }));
      expect(loaded).toMatchObject({ status: 'complete', requests: 3 });
      expect(asked(s3Bench, LARGE.key)).toBe(3);
      await expectLoaded(warehouse, ORACLE);
      await expectOnePass(warehouse, ORACLE);
    });
  });
});
