import { afterAll, describe, expect, it } from 'vitest';
import type { S3Fault, WholeAnswer } from '../support/faulty-s3.ts';
import { answered, BenchPool, ORACLE, PLACES, s3Error, type Place } from '../support/faulty-s3-hour.ts';
import { expectLoaded, expectOnePass, expectWholeBatches } from '../support/ledger.ts';

const benches = new BenchPool();
afterAll(() => benches.close());

interface Refusal {
  readonly what: string;
  readonly fault: S3Fault;
  readonly code: string;
  /** What a person has to read in the message. */
  readonly says: RegExp;
  /** Two where credentials are fetched again, or the clock set, before the answer is believed. */
  readonly requests?: number;
  readonly places?: readonly Place[];
}

const LISTS: readonly Place[] = ['LIST', 'LIST of a later page'];
const GETS: readonly Place[] = ['GET of a small object', 'GET of a streamed object'];
const REGION = { 'x-amz-bucket-region': 'eu-west-3' };
const DATE = { date: new Date().toUTCString() };
const refused = (status: number, code: string, says: RegExp, as: string, requests = 1): Refusal => ({
  what: `${status} ${code}`,
  fault: s3Error(status, code, '', DATE),
  code: as,
  says,
  requests,
});
/** An answer to LIST that says something else than S3 does. */
const listing = (what: string, says: RegExp, change: (xml: string) => string, code = 'invalid_listing'): Refusal => ({
  what,
  fault: {
    kind: 'answer',
    answer: (real: WholeAnswer) => ({ ...real, body: Buffer.from(change(real.body.toString())) }),
  },
  code,
  says,
  places: LISTS,
});

const TRUST = /cannot be trusted: .*AWS_ENDPOINT_URL_S3/;
const TOKEN = /<NextContinuationToken>[^<]*<\/NextContinuationToken>/;

/** What asking again does not help against. */
const REFUSALS: readonly Refusal[] = [
  refused(403, 'AccessDenied', /s3:ListBucket.*s3:GetObject.*kms:Decrypt/, 'access_denied'),
  refused(403, 'InvalidAccessKeyId', /Renew or correct/, 'credentials_refused', 2),
  refused(403, 'SignatureDoesNotMatch', /Renew or correct/, 'credentials_refused', 2),
  refused(400, 'ExpiredToken', /\(ExpiredToken\)\. Renew/, 'credentials_refused', 2),
  refused(400, 'InvalidToken', /Renew or correct/, 'credentials_refused', 2),
  refused(403, 'RequestTimeTooSkewed', /clock .* Correct it/, 'clock_skewed', 2),
  refused(404, 'NoSuchBucket', /RAW_BUCKET_NAME/, 'missing_bucket'),
  refused(501, 'NotImplemented', /NotImplemented 501/, 'store_unavailable'),
  refused(400, 'InvalidArgument', /InvalidArgument 400/, 'store_unavailable'),
  refused(400, 'KMS.DisabledException', /KMS.DisabledException 400/, 'store_unavailable'),
  refused(301, 'PermanentRedirect', /Set AWS_REGION/, 'wrong_region'),
  {
    what: '301 to another region',
    fault: s3Error(301, 'PermanentRedirect', '', REGION),
    code: 'wrong_region',
    says: /Set AWS_REGION to eu-west-3/,
  },
  {
    what: 'a signature for another region',
    fault: s3Error(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>'),
    code: 'wrong_region',
    says: /Set AWS_REGION to eu-west-3/,
  },
  {
    what: '404 of a proxy',
    fault: answered(404, '<html><title>Not found</title></html>'),
    code: 'store_unavailable',
    says: /\(404\)/,
  },
  {
    what: 'HTML with status 200',
    fault: answered(200, '<html><body>Welcome</body></html>', { 'content-type': 'text/html' }),
    code: 'invalid_listing',
    says: TRUST,
    places: LISTS,
  },
  {
    what: 'HTML with status 200',
    fault: answered(200, '<html><body>Welcome</body></html>', { 'content-type': 'text/html' }),
    code: 'store_unavailable',
    says: /NoETag 200/,
    places: GETS,
  },
  { what: 'nothing with status 204', fault: answered(204, ''), code: 'invalid_listing', says: TRUST, places: LISTS },
  listing('no body', TRUST, () => ''),
  listing('XML cut short', /cut short/, (xml) => xml.slice(0, xml.length - 40)),
  listing('XML cut short between two keys', /cut short/, (xml) => xml.slice(0, xml.lastIndexOf('<Contents>'))),
  listing('XML with a key left out', /keys are missing/, (xml) => xml.replace(/<Contents>.*?<\/Contents>/, '')),
  listing('another root', /no listing/, (xml) => xml.replaceAll('ListBucketResult', 'ListAllMyBucketsResult')),
  listing('an error with status 200', /no listing/, () => '<?xml version="1.0"?><Error><Code>Oops</Code></Error>'),
  listing('JSON', /no listing/, () => '{"Contents":[],"IsTruncated":false}'),
  listing('IsTruncated without a token', /names no next/, (xml) => xml.replace(TOKEN, '')),
  listing('no IsTruncated', /whether there is more/, (xml) => xml.replace(/<IsTruncated>.*<\/IsTruncated>/, '')),
  listing('a key without a size', /no ETag, size or time/, (xml) => xml.replace(/<Size>\d*<\/Size>/, '')),
  listing('a time that is none', /size or time is none/, (xml) => xml.replace(/<LastModified>/, '$&x')),
  listing('keys out of order', /not in order/, swapped, 'disordered_listing'),
  listing('a key twice', /not in order/, doubled, 'disordered_listing'),
  listing('keys of another prefix', /not asked for/, (xml) => xml.replaceAll('<Key>events', '<Key>private')),
];

/** The first two entries, the other way round. */
function swapped(xml: string): string {
  return xml.replace(/(<Contents>.*?<\/Contents>)(<Contents>.*?<\/Contents>)/, '$2$1');
}

/** The last entry, in place of which the one before it comes again. */
function doubled(xml: string): string {
  return xml.replace(
    /(<Contents>(?:(?!<Contents>).)*<\/Contents>)<Contents>(?:(?!<Contents>).)*<\/Contents>(?!<Contents>)/,
    '$1$1',
  );
}

const CASES = REFUSALS.flatMap((refusal) => (refusal.places ?? PLACES).map((place) => ({ ...refusal, place })));

describe.concurrent('S3 that refuses, or answers what is not its own', () => {
  it.each(CASES)('$place: $what', async ({ place, fault, code, says, requests = 1 }) => {
    await benches.use(async (s3Bench) => {
      const { warehouse } = s3Bench.bench;
      const failed = await s3Bench.run(place, fault);
      expect(failed).toMatchObject({ status: 'failed', code, requests });
      expect(failed.message).toMatch(says);
      await expectWholeBatches(warehouse);
      const runs = await warehouse.rows('SELECT status, error_code FROM clickstream_runs');
      expect(runs, 'the failure is on record').toEqual([{ status: 'failed', error_code: code }]);
      const states = await warehouse.rows('SELECT state FROM clickstream_checkpoints');
      expect(states, 'and is no empty hour').toEqual([{ state: 'reading' }]);

      expect(await s3Bench.run(place, undefined)).toMatchObject({ status: 'complete' });
      await expectLoaded(warehouse, ORACLE);
      await expectOnePass(warehouse, ORACLE);
    });
  });

  it.each<[string, (asked: number) => WholeAnswer]>([
    ['names itself as the next', () => emptyPage('again')],
    ['is one of two that name each other as the next', (asked) => emptyPage(asked % 2 === 0 ? 'one' : 'two')],
  ])('a page without keys that %s ends the listing', async (_, answer) => {
    await benches.use(async (s3Bench) => {
      let asked = 0;
      const failed = await s3Bench.runWith(() => ({ kind: 'answer', answer: () => answer((asked += 1)) }));
      expect(failed).toMatchObject({ status: 'failed', code: 'disordered_listing' });
      expect(failed.requests).toBeLessThan(6);
      expect(await s3Bench.run('LIST', undefined)).toMatchObject({ status: 'complete' });
      await expectLoaded(s3Bench.bench.warehouse, ORACLE);
    });
  });

  it('a token that leads back to the first page shows in the keys, which come again', async () => {
    await benches.use(async (s3Bench) => {
      let first: WholeAnswer | undefined;
      const failed = await s3Bench.runWith(({ key }) =>
        key === '' ? { kind: 'answer', answer: (real) => (first ??= real) } : undefined,
      );
      expect(failed).toMatchObject({ status: 'failed', code: 'disordered_listing' });
      await expectWholeBatches(s3Bench.bench.warehouse);
      expect(await s3Bench.run('LIST', undefined)).toMatchObject({ status: 'complete' });
      await expectLoaded(s3Bench.bench.warehouse, ORACLE);
    });
  });

  it('an hour without objects is completed, and one that cannot be listed is not', async () => {
    await benches.use(async (s3Bench) => {
      const { s3, bench } = s3Bench;
      s3.deleteObjects('raw');
      const states = 'SELECT state, objects::int FROM clickstream_checkpoints';
      expect(await s3Bench.run('LIST', s3Error(403, 'AccessDenied'))).toMatchObject({ status: 'failed' });
      expect(await bench.warehouse.rows(states)).toEqual([{ state: 'reading', objects: 0 }]);
      const empty = await s3Bench.run('LIST', undefined);
      expect(empty).toMatchObject({ status: 'complete', result: { processed: 0, read: 0 } });
      expect(await bench.warehouse.rows(states)).toEqual([{ state: 'completed', objects: 0 }]);
    });
  });
});

function emptyPage(token: string): WholeAnswer {
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>true</IsTruncated>' +
    `<NextContinuationToken>${token}</NextContinuationToken></ListBucketResult>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) };
}
