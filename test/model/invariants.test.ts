import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { INVARIANTS } from './invariants.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('there are sixteen invariants', () => {
  expect(INVARIANTS.map(({ number }) => number)).toEqual(Array.from({ length: 16 }, (_, at) => at + 1));
});

it.each(INVARIANTS.map(({ number, says, held }) => [number, says, held] as const))('%i. %s', (_, __, held) => {
  expect(held, 'some test holds it').not.toEqual([]);
  for (const { file, says } of held) expect(readFileSync(ROOT + file, 'utf8'), file).toContain(says);
});
