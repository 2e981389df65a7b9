import { expect, test } from 'vitest';
import { ByteGate } from './byte-gate.ts';

/** Enters, and notes when it is in. */
function gateOf(capacity_bytes: number) {
  const gate = new ByteGate(capacity_bytes);
  const inside: number[] = [];
  return {
    inside,
    leave: (size_bytes: number) => gate.leave(size_bytes),
    open: () => gate.open(),
    enter: async (size_bytes: number) => {
      await gate.enter(size_bytes);
      inside.push(size_bytes);
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('as many bytes are let in as fit', async () => {
  const { enter, inside } = gateOf(10);
  for (const size of [4, 6, 1]) void enter(size);
  await settled();
  expect(inside).toEqual([4, 6]);
});

test('who comes first is served first, even if one behind would fit', async () => {
  const { enter, leave, inside } = gateOf(10);
  for (const size of [7, 5, 2, 1]) void enter(size);
  await settled();
  expect(inside).toEqual([7]);
  leave(7);
  await settled();
  expect(inside).toEqual([7, 5, 2, 1]);
});

test('one that is larger than all of it comes in alone, and lets nobody in beside it', async () => {
  const { enter, leave, inside } = gateOf(10);
  for (const size of [3, 25, 1]) void enter(size);
  await settled();
  expect(inside).toEqual([3]);
  leave(3);
  await settled();
  expect(inside).toEqual([3, 25]);
  leave(25);
  await settled();
  expect(inside).toEqual([3, 25, 1]);
});

test('an open gate lets in whoever waits or comes later', async () => {
  const { enter, open, inside } = gateOf(10);
  for (const size of [7, 5, 20]) void enter(size);
  open();
  void enter(30);
  await settled();
  expect(inside).toEqual([7, 5, 20, 30]);
});
