import { expect, test } from 'vitest';
import { readPlanFlags, type PlanFlags } from './plan-flags.ts';

const CLOCK_MS = Date.parse('2025-12-07T09:30:00Z');
const read = (flags: PlanFlags) => readPlanFlags(flags, CLOCK_MS);

test('an hour that is thought of has an object per event and events of the usual size, unless it is said', () => {
  const { source, place } = read({ events: '1000' });
  expect(source).toEqual({
    kind: 'assumed',
    load: { objects: 1000, events: 1000, bytes: 700_000, storedBytes: 700_000 },
  });
  expect(place).toEqual({ memory_mb: 512, timeout_s: 900, latency_ms: 15 });
  const told = read({
    events: '1001',
    eventsPerObject: '20',
    eventBytes: '100',
    memory: '256',
    timeout: '60',
    latency: '0',
  });
  expect(told).toEqual({
    source: { kind: 'assumed', load: { objects: 51, events: 1001, bytes: 100_100, storedBytes: 100_100 } },
    place: { memory_mb: 256, timeout_s: 60, latency_ms: 0 },
  });
});

test.each<[PlanFlags, number]>([
  [{ hour: '2025-12-06T05' }, 1],
  [{ date: '2025-12-06' }, 24],
  [{ prefix: 'events/2025/12/06/05/' }, 1],
  [{ from: '2025-12-06T05', to: '2025-12-06T07' }, 3],
])('%j are hours of the bucket', (flags, hours) => {
  const { source } = read(flags);
  expect(source.kind === 'bucket' && source.request.kind === 'hours' && source.request.hours.length).toBe(hours);
});

test.each<[PlanFlags, RegExp]>([
  [{}, /one of --hour, --date, --prefix/],
  [{ hour: '2025-12-06T05', date: '2025-12-06' }, /one of --hour/],
  [{ hour: '2025-12-06T05', from: '2025-12-06T05' }, /one of --hour/],
  [{ hour: '2025-12-06T05', events: '5' }, /not both/],
  [{ hour: '5' }, /^--hour /],
  [{ events: '-1' }, /^--events is "-1": give a whole number/],
  [{ eventsPerObject: '20' }, /go with --events/],
  [{ events: '5', eventsPerObject: '0' }, /^--events-per-object is "0"/],
  [{ events: '5', eventBytes: '1' }, /^--event-bytes/],
  [{ events: '5', memory: '64' }, /^--memory is "64": give a whole number from 128/],
  [{ events: '5', timeout: '901' }, /^--timeout/],
  [{ events: '5', latency: 'fast' }, /^--latency/],
])('%j is refused', (flags, message) => {
  expect(() => read(flags)).toThrow(
    expect.objectContaining({ code: 'invalid_flag', message: expect.stringMatching(message) as string }) as Error,
  );
});
