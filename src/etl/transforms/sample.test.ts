import { expect, test } from 'vitest';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sample, type SampleOptions } from './sample.ts';
import { sessionize } from './sessionize.ts';
import { received, runBatches, runTransforms } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

const events = Array.from({ length: 2000 }, (_, number) =>
  received({
    eventId: `e-${number}`,
    eventName: number % 10 === 0 ? 'refund' : 'x',
    clientId: `client-${number >> 2}`,
  }),
);

async function keptVisitors(options: SampleOptions): Promise<Map<string, number>> {
  const { rows, dropped } = await runTransforms([parse, sessionize, flatten, sample(options)], events);
  expect(rows.length + (dropped['sampled_out'] ?? 0)).toBe(events.length);
  const visitors = new Map<string, number>();
  for (const { visitor_id } of rows) visitors.set(visitor_id!, (visitors.get(visitor_id!) ?? 0) + 1);
  return visitors;
}

test('a visitor is kept with all events or not at all, and about as many as were asked for', async () => {
  const visitors = await keptVisitors({ rate: 0.3 });
  expect([...new Set(visitors.values())]).toEqual([4]);
  expect(visitors.size).toBeGreaterThan(500 * 0.25);
  expect(visitors.size).toBeLessThan(500 * 0.35);
});

test('nobody is kept at 0, everybody at 1, and a smaller sample is a part of a larger one', async () => {
  expect((await keptVisitors({ rate: 0 })).size).toBe(0);
  expect((await keptVisitors({ rate: 1 })).size).toBe(500);
  const larger = await keptVisitors({ rate: 0.2 });
  for (const visitor of (await keptVisitors({ rate: 0.05 })).keys()) expect(larger.has(visitor)).toBe(true);
});

test('who is kept does not depend on the batch', async () => {
  const list = [parse, sessionize, flatten, sample({ rate: 0.5 })] as const;
  const ids = (out: { rows: readonly { event_id: string }[] }[]) => out.flatMap(({ rows }) => rows.map((row) => row.event_id)); // prettier-ignore
  const whole = await runBatches(list, [events.slice(0, 100)]);
  const single = await runBatches(list, events.slice(0, 100).map((event) => [event])); // prettier-ignore
  expect(ids(single)).toEqual(ids(whole));
});

test('some events are kept whoever they are of', async () => {
  const { rows } = await runTransforms([parse, sessionize, flatten, sample({ rate: 0, always: ['refund'] })], events);
  expect(rows.map(({ event_name }) => event_name)).toEqual(Array.from({ length: 200 }, () => 'refund'));
});

test('an event without a visitor goes by its session, else by itself', async () => {
  const sessions = Array.from({ length: 100 }, (_, number) => received({ sessionId: `s-${number >> 1}` }));
  const { rows } = await runTransforms([parse, sessionize, flatten, sample({ rate: 0.5 })], sessions);
  const counts = new Map<string, number>();
  for (const { session_id } of rows) counts.set(session_id!, (counts.get(session_id!) ?? 0) + 1);
  expect([...new Set(counts.values())]).toEqual([2]);
  const alone = Array.from({ length: 100 }, () => received({}));
  const { rows: kept } = await runTransforms([parse, sessionize, flatten, sample({ rate: 0.5 })], alone);
  expect(kept.length).toBeGreaterThan(20);
  expect(kept.length).toBeLessThan(80);
});

test.each<[unknown, string]>([
  [undefined, 'sample: its option rate is not given: give a number from 0 to 1.'],
  [{ rate: 10 }, 'sample: its option rate is 10: give a number from 0 to 1.'],
  [{ rate: 0.1, always: 'refund' }, 'sample: its option always is "refund": give a list of event names.'],
  [{ rate: 0.1, allways: [] }, 'sample: it has no option "allways" (did you mean always?).'],
])('the options %j are refused', (options, message) => {
  expect(() => sample(options as SampleOptions)).toThrow(message);
});

test('sample keeps the rules of transforms', () => testTransform(sample({ rate: 0.5, always: ['refund'] })));
