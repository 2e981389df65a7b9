import { expect, it } from 'vitest';
import { erasedText, isNothing, surveyText } from './erase-text.ts';

const NOTHING = {
  users: 1,
  clients: 0,
  events: 0,
  sessions: 0,
  orders: 0,
  rejects: 0,
  closedSessions: 0,
  first: null,
  last: null,
};

it('says how much there is of whom, and from when', () => {
  const found = {
    ...NOTHING,
    clients: 2,
    events: 1200,
    sessions: 7,
    orders: 1,
    rejects: 1,
    first: new Date('2025-12-06T05:00:00Z'),
    last: new Date('2025-12-08T05:00:00Z'),
  };
  expect(surveyText(found)).toBe(
    'Of 1 user and 2 clients there are\n' +
      '  1,200 events in 7 sessions, about 1 order, from 2025-12-06T05:00:00.000Z to 2025-12-08T05:00:00.000Z\n' +
      '  1 dead letter',
  );
  expect(surveyText({ ...found, closedSessions: 3 })).toContain('\n  3 sessions whose events are not kept any more\n');
  expect(surveyText(NOTHING)).toBe('Nothing was found of 1 user.');
  expect([
    isNothing(NOTHING),
    isNothing({ ...NOTHING, rejects: 1 }),
    isNothing({ ...NOTHING, closedSessions: 1 }),
  ]).toEqual([true, false, false]);
});

it('says what went, and what is left in S3', () => {
  const text = erasedText({ events: 3, sessions: 2, orders: 1, visitors: 1, rejects: 0 }, false);
  expect(text).toContain('Erased: 3 events, 2 sessions, 1 order, 1 visitor and 0 dead letters.');
  expect(text).toContain('The raw objects in S3 still hold them');
  expect(erasedText({ events: 3, sessions: 2, orders: 1, visitors: 1, rejects: 0 }, true)).not.toContain('S3');
});
