import { expect, test } from 'vitest';
import { sampleEvents } from './samples.ts';

const nameOf = (event: object): unknown => Reflect.get(event, 'eventName') ?? Reflect.get(event, 'event_name');

test('there are as many of each kind as were asked for, and every kind of the shop', () => {
  const counts = new Map<unknown, number>();
  for (const event of sampleEvents({ perKind: 3 })) counts.set(nameOf(event), (counts.get(nameOf(event)) ?? 0) + 1);
  expect([...counts.keys()]).toEqual(
    expect.arrayContaining(['home_view', 'product_view', 'search', 'add_to_cart_click', 'checkout_complete', 'login']),
  );
  expect(Math.max(...counts.values())).toBe(3);
  expect(Math.min(...[...counts].filter(([name]) => name === 'checkout_complete').map(([, count]) => count))).toBe(3);
});

test('they are the same for a seed and others for another, and each was received', () => {
  expect(sampleEvents()).toEqual(sampleEvents({ seed: 1, perKind: 2 }));
  expect(sampleEvents({ seed: 2 })).not.toEqual(sampleEvents());
  for (const event of sampleEvents()) expect(event).toHaveProperty('_ingest.receivedAt');
});
