import { expect, test } from 'vitest';
import { S3Failure } from './failure.ts';
import { Retries } from './retries.ts';

const NEVER = new AbortController().signal;
const BUSY = new S3Failure({ code: 'SlowDown', status: 503 });
const options = { maxAttempts: 5, first_ms: 0, firstThrottled_ms: 0 };

test('a store that fails every request is soon asked once per request only', async () => {
  const retries = new Retries(options);
  let asked = 0;
  for (let request = 0; request < 200; request += 1) {
    const failing = retries.run(() => {
      asked += 1;
      return Promise.reject(BUSY);
    }, NEVER);
    await expect(failing).rejects.toBe(BUSY);
  }
  // Four more tries each, until 320 have failed.
  expect(asked).toBe(200 + 320);
});

test('one in ten requests that fails is tried again for as long as it goes on', async () => {
  const retries = new Retries(options);
  for (let request = 0; request < 1_000; request += 1) {
    const once = (attempt: number): Promise<number> =>
      request % 10 === 0 && attempt < 3 ? Promise.reject(BUSY) : Promise.resolve(attempt);
    expect(await retries.run(once, NEVER)).toBe(request % 10 === 0 ? 3 : 1);
  }
});

test('a wait ends when reading is stopped', async () => {
  const stop = new AbortController();
  const waiting = new Retries({ ...options, firstThrottled_ms: 1e6 }).wait(BUSY, 4, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'Aborted' });
});

test('waits grow, are never short, and are not all alike', async () => {
  const first_ms = 8;
  const retries = new Retries({ maxAttempts: 6, first_ms, firstThrottled_ms: first_ms });
  const waited: number[] = [];
  for (let attempt = 1; attempt < 4; attempt += 1) {
    const began_ms = performance.now();
    await retries.wait(BUSY, attempt, NEVER);
    waited.push(performance.now() - began_ms);
  }
  // Timers may be a millisecond early, and late by any time.
  waited.forEach((ms, at) => expect(ms).toBeGreaterThan((first_ms * 2 ** at) / 2 - 2));
});
