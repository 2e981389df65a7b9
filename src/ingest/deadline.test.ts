import { expect, test } from 'vitest';
import { withDeadline } from './deadline.ts';

test('work that is done in time gives its result, and its signal is left alone', async () => {
  let seen: AbortSignal | undefined;
  const result = await withDeadline(1_000, (signal) => {
    seen = signal;
    return Promise.resolve('done');
  });
  expect(result).toBe('done');
  expect(seen?.aborted).toBe(false);
});

test('work that fails in time fails with its own error', async () => {
  await expect(withDeadline(1_000, () => Promise.reject(new Error('its own')))).rejects.toThrow('its own');
});

test('work that ignores its signal is given up all the same', async () => {
  let seen: AbortSignal | undefined;
  const hanging = withDeadline(20, (signal) => {
    seen = signal;
    return new Promise<never>(() => undefined);
  });
  await expect(hanging).rejects.toMatchObject({ code: 'store_timeout', stage: 'ingest' });
  expect(seen?.aborted).toBe(true);
});

test('work that heeds its signal is reported as out of time, not as aborted', async () => {
  const heeding = withDeadline(
    20,
    (signal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  );
  await expect(heeding).rejects.toMatchObject({ code: 'store_timeout' });
});
