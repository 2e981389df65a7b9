import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { HourAudit } from '../warehouse/audit-hour.ts';
import { addHour, hourLines, noTotals, summaryLines } from './audit-text.ts';

const colors = picocolors.createColors(false);
const NONE = { count: 0, keys: [] };

const audit = (fields: Partial<HourAudit> = {}): HourAudit => ({
  hour_ms: Date.parse('2025-12-06T05:00:00Z'),
  state: 'completed',
  errorCode: null,
  over: true,
  objects: 1200,
  bytes: 5_000_000,
  read: 1200,
  unread: NONE,
  changed: NONE,
  gone: NONE,
  imbalances: [],
  compared: 'keys',
  ...fields,
});

describe('an hour', () => {
  const RUN = 'run "clickstream etl --hour 2025-12-06T05"';

  it.each([
    ['in', {}, []],
    ['in, and compared by counts', { compared: 'counts' }, []],
    ['without an object, never run', { state: 'never', objects: 0, read: 0 }, []],
    ['never run', { state: 'never', unread: { count: 7, keys: [] } }, [`never run; 7 objects not read; ${RUN}`]],
    [
      'that failed',
      { state: 'failed', errorCode: 'access_denied' },
      [`its last run failed with access_denied; ${RUN}`],
    ],
    ['whose run died', { state: 'lost' }, [`its last run died; ${RUN}`]],
    ['not read to its end', { state: 'open' }, [`not read to its end; ${RUN}`]],
    ['at work on', { state: 'running' }, ['a run is at work on it; audit it again when that has ended']],
    ['that does not balance', { imbalances: ['a is not b', 'c is not d'] }, [`a is not b; c is not d; ${RUN}`]],
    [
      'not over yet',
      { state: 'open', over: false, unread: { count: 1, keys: ['k'] } },
      ['not read to its end; 1 object not read; not over yet, its next runs read it', '  not read  k'],
    ],
    [
      'read before manifests were kept',
      { compared: 'counts', changed: { count: 1, keys: [] } },
      [`its objects are not those that were read; read before manifests were kept: only counts compared; ${RUN}`],
    ],
    [
      'with objects that are gone',
      { gone: { count: 9, keys: ['a', 'z'] } },
      ['9 objects read and gone from the bucket', '  gone      a', '  gone      z', '  and 7 more'],
    ],
  ] as [string, Partial<HourAudit>, string[]][])('%s', (_, fields, [first, ...keys]) => {
    expect(hourLines(audit(fields), colors)).toEqual(first === undefined ? [] : [`2025-12-06T05  ${first}`, ...keys]);
  });
});

describe('the summary', () => {
  it('says everything is in, with what may still come', () => {
    const totals = noTotals();
    addHour(totals, audit());
    addHour(totals, audit({ over: false, unread: { count: 3, keys: [] }, state: 'open' }));
    expect(summaryLines(totals, colors)).toEqual([
      '2 hours: everything is in. 2,400 objects (10.0 MB) in the bucket, 0 not read, 0 changed, 0 gone, 1 hour not over yet.',
    ]);
  });

  it('counts the hours to run again, and objects that no hour has', () => {
    const totals = noTotals();
    addHour(
      totals,
      audit({ unread: { count: 3, keys: [] }, changed: { count: 2, keys: [] }, gone: { count: 1, keys: [] } }),
    );
    totals.strays = 1;
    expect(summaryLines(totals, colors)).toEqual([
      '1 hour: 1 hour to run again. 1,200 objects (5.0 MB) in the bucket, 3 not read, 2 changed, 1 gone.',
      "1 object lies in no hour's folder, and no run reads them.",
    ]);
  });
});
