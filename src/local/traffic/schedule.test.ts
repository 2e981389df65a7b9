import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PlannedRequest } from './facts.ts';
import { Schedule } from './schedule.ts';

function request(at_ms: number, body: string): PlannedRequest {
  return {
    at_ms,
    body,
    contentType: '',
    userAgent: '',
    sourceIp: '',
    events: [],
    invalidEvents: 0,
    oddities: new Set(),
  };
}

it('gives what was added in the order of time, and at one moment in the order of adding', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 })), fc.integer({ min: 0, max: 20 }), (times, until_ms) => {
      const requests = times.map((time, index) => request(time, String(index)));
      const schedule = new Schedule();
      for (const each of requests) schedule.add(each);
      const early = [...schedule.takeUntil(until_ms)];
      expect(early.every(({ at_ms }) => at_ms <= until_ms)).toBe(true);
      expect(schedule.size).toBe(times.filter((time) => time > until_ms).length);
      expect([...early, ...schedule.takeUntil(20)]).toEqual([...requests].sort((a, b) => a.at_ms - b.at_ms));
    }),
  );
});

it('takes what is added between two takings', () => {
  const schedule = new Schedule();
  schedule.add(request(5, 'later'));
  expect([...schedule.takeUntil(3)]).toEqual([]);
  schedule.add(request(4, 'sooner'));
  expect([...schedule.takeUntil(9)].map(({ body }) => body)).toEqual(['sooner', 'later']);
});
