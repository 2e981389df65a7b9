import { EMPTY } from './text.ts';

/** The same bytes as a Buffer, not copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Reads at least `length` bytes, or all there are, and gives them beside all of the chunks. */
export async function peek(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
): Promise<{ head: Buffer; all: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head = EMPTY;
  let isOver = false;
  while (!isOver && head.length < length) {
    const step = await iterator.next();
    if (step.done === true) isOver = true;
    else head = head.length === 0 ? asBuffer(step.value) : Buffer.concat([head, step.value]);
  }
  return { head, all: startingWith(head, iterator, isOver) };
}

async function* startingWith(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
  isOver: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield head;
    while (!isOver) {
      // If it throws, it is over, too.
      isOver = true;
      const step = await iterator.next();
      if (step.done === true) return;
      isOver = false;
      yield step.value;
    }
  } finally {
    if (!isOver) await iterator.return?.();
  }
}

/** The same bytes in portions of `length`, the last one excepted. */
export async function* inPortions(
  chunks: AsyncIterable<Uint8Array>,
  length: number,
): AsyncGenerator<Buffer, void, undefined> {
  let portion = Buffer.allocUnsafe(length);
  let filled = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      const taken = Math.min(chunk.length - at, length - filled);
      portion.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < length) continue;
      yield portion;
      portion = Buffer.allocUnsafe(length);
      filled = 0;
    }
  }
  if (filled > 0) yield portion.subarray(0, filled);
}
