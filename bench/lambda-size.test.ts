import { expect, test } from 'vitest';
import { cpuShare, heapFlags } from './lambda-size.ts';

const size = (memory_mb: number) => ({ memory_mb, timeout_s: 900 });

test('Node gets nine tenths of the memory for old objects and a twentieth for each space of new ones', () => {
  expect(heapFlags(size(512))).toEqual(['--expose-gc', '--max-semi-space-size=25', '--max-old-space-size=461']);
});

test('a core is shared by memory, and there is no use for more than one', () => {
  expect([256, 1769, 3008].map((memory_mb) => cpuShare(size(memory_mb)))).toEqual([256 / 1769, 1, 1]);
});
