import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { BREAKS, editsOf } from './breaks.ts';

const textOf = (file: string): string => readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');

it('every invariant has two breaks or more', () => {
  const counts = new Map<number, number>();
  for (const { invariant } of BREAKS) counts.set(invariant, (counts.get(invariant) ?? 0) + 1);
  const few = Array.from({ length: 16 }, (_, at) => at + 1).filter((number) => (counts.get(number) ?? 0) < 2);
  expect(few).toEqual([]);
  expect(counts.size).toBe(16);
});

it('every break is told from the others', () => {
  const named = new Set(BREAKS.map(({ what }) => what));
  expect(named.size).toBe(BREAKS.length);
});

it.each(BREAKS.map((one) => [one.what, one] as const))('there is still something to break: %s', (_, one) => {
  for (const { file, from, to } of editsOf(one)) {
    expect(textOf(file).split(from), `${file}: ${from}`).toHaveLength(2);
    expect(to).not.toBe(from);
  }
  expect(textOf(one.test)).not.toBe('');
});
