import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a run keeps alive is some 20 MiB, whatever the hour; the rest of this is garbage of the last batches. */
const LARGE_BYTES = 38 * 2 ** 20;

let collect: (() => void) | undefined;

/**
 * Lets {@link collectIfLarge} work. For processes that do nothing but run the ETL: V8 on a large machine lets garbage grow
 * to several times what is alive, and hours of a gigabyte peaked at 400 MiB and more.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
}

/** Collects garbage if there may be much of it: 15 to 40 ms, asked between batches. Does nothing unless it was allowed to. */
export function collectIfLarge(): void {
  if (collect && oldBytes() > LARGE_BYTES) collect();
}

/** What has outlived the young generation, whose own garbage costs nothing to leave to V8. */
function oldBytes(): number {
  let used_bytes = 0;
  for (const { space_name, space_used_size } of getHeapSpaceStatistics()) {
    if (space_name !== 'new_space') used_bytes += space_used_size;
  }
  return used_bytes;
}
