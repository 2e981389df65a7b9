import type { PlannedRequest } from './facts.ts';

interface Item {
  readonly request: PlannedRequest;
  readonly number: number;
}

/**
 * Requests that are planned and not yet sent, earliest first; of requests at the same moment, the one added first. A
 * binary heap, since shoppers come by the hundred thousand and each adds a few requests somewhere in the next hours.
 */
export class Schedule {
  readonly #heap: Item[] = [];
  #added = 0;

  get size(): number {
    return this.#heap.length;
  }

  add(request: PlannedRequest): void {
    const heap = this.#heap;
    const item = { request, number: this.#added };
    this.#added += 1;
    let place = heap.length;
    heap.push(item);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (isBefore(heap[parent]!, item)) break;
      heap[place] = heap[parent]!;
      place = parent;
    }
    heap[place] = item;
  }

  /** Takes out, in order, every request that is received up to `until_ms`, that moment included. */
  *takeUntil(until_ms: number): Generator<PlannedRequest, void, void> {
    for (let first = this.#heap[0]; first && first.request.at_ms <= until_ms; first = this.#heap[0]) {
      this.#removeFirst();
      yield first.request;
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
      if (isBefore(last, heap[child]!)) break;
      heap[place] = heap[child]!;
      place = child;
    }
    heap[place] = last;
  }
}

function isBefore(a: Item, b: Item): boolean {
  return a.request.at_ms === b.request.at_ms ? a.number < b.number : a.request.at_ms < b.request.at_ms;
}
