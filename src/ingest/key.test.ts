import { afterEach, expect, test, vi } from 'vitest';
import { objectKey, uuidv7 } from './key.ts';

const TIME_MS = Date.UTC(2025, 11, 6, 5, 59, 59, 999);

afterEach(() => {
  vi.unstubAllEnvs();
});

test('a UUID carries its version, its variant and the time it was made from', () => {
  const id = uuidv7(TIME_MS);
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(TIME_MS);
});

test('UUIDs of one millisecond differ, and those of different ones sort by time', () => {
  expect(new Set(Array.from({ length: 1000 }, () => uuidv7(TIME_MS))).size).toBe(1000);
  const ids = [0, 1, 2, 1000, 86_400_000].map((later_ms) => uuidv7(TIME_MS + later_ms));
  expect(ids.toSorted()).toEqual(ids);
});

test('fractions of a millisecond are cut off', () => {
  expect(uuidv7(TIME_MS + 0.9).slice(0, 13)).toBe(uuidv7(TIME_MS).slice(0, 13));
});

test('a key lies under the UTC hour of receipt, to its last millisecond', () => {
  expect(objectKey(TIME_MS)).toMatch(/^events\/2025\/12\/06\/05\/event-[0-9a-f-]{36}\.json$/);
  expect(objectKey(TIME_MS + 1)).toMatch(/^events\/2025\/12\/06\/06\/event-/);
});

test.each(['America/St_Johns', 'Pacific/Kiritimati'])('in %s, too, a key lies under the hour of UTC', (zone) => {
  vi.stubEnv('TZ', zone);
  expect(objectKey(TIME_MS)).toContain('events/2025/12/06/05/');
});
