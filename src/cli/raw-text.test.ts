import { expect, it } from 'vitest';
import { rawDocument, rawProgressText, rawText } from './raw-text.ts';

const REPORT = {
  objects: 1200,
  bytes: 3_400_000,
  listed: 2000,
  rewritten: 2,
  records: 5,
  oldVersions: 0,
  archived: 0,
  failed: [],
  hoursRead: 1,
  hoursLeft: [],
  stopped: false,
};

it('says how far it got, and what it came to', () => {
  expect(rawProgressText(REPORT)).toBe('1,200 of 2,000 objects (3.4 MB), 2 with records of theirs, 1 hour read again');
  expect(rawText(REPORT, false)).toBe(
    'Raw objects: 5 records blanked in 2 objects, of 1,200 objects (3.4 MB) looked at.\n1 hour read again.',
  );
  expect(rawText({ ...REPORT, hoursRead: 0 }, true)).toBe(
    'Raw objects: 5 records would be blanked in 2 objects, of 1,200 objects (3.4 MB) looked at.',
  );
});

it('says what is left, and where it is told what to do about it', () => {
  const left = {
    ...REPORT,
    oldVersions: 2,
    archived: 1,
    failed: Array.from({ length: 11 }, (_, n) => ({ key: `events/${n}`, code: 'object_replaced', message: 'Again.' })),
    hoursLeft: [{ hour_ms: Date.parse('2025-12-06T05:00:00Z'), why: 'busy' }],
    stopped: true,
  };
  const text = rawText(left, false);
  for (const part of [
    'keeps the old versions of 2 objects',
    'NoncurrentVersionExpiration',
    '1 object in an archive tier',
    'Not rewritten: events/9 (object_replaced). Again.\nand 1 more object\n',
    'Still to be read again (busy): clickstream etl --hour 2025-12-06T05',
    'Stopped: run it again to go on.',
  ])
    expect(text).toContain(part);
  expect(rawDocument(left)).toMatchObject({ hoursLeft: [{ hour: '2025-12-06T05:00:00.000Z', why: 'busy' }] });
});
