import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a run keeps alive is some 20 MiB, whatever the hour; the rest of this is garbage of the last batches. */
const LARGE_BYTES = 52 * 2 ** 20;

let collect: (() => void) | undefined;

/**
 * Lets {@link collectIfLarge} work. For processes that do nothing but run the ETL: V8 on a large machine lets garbage grow
 * to several times what is alive, and hours of a gigabyte peaked at 400 MiB and more instead of some 200
 * (`npm run bench:memory`).
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
}

/** Collects garbage if the heap is large: 30 to 50 ms, asked between batches. Does nothing unless it was allowed to. */
export function collectIfLarge(): void {
  if (collect && getHeapStatistics().used_heap_size > LARGE_BYTES) collect();
}
