import type { IsErased } from '../../warehouse/erased-ids.ts';
import { isBlanked } from '../pipeline/blanked.ts';
import { readObjects } from '../pipeline/read-objects.ts';
import type { Origin } from '../pipeline/record.ts';
import type { ObjectStore } from '../pipeline/source.ts';
import { isCut, isTheirs } from './theirs.ts';

/** What a first look at an object tells. */
export interface Look {
  readonly key: string;
  readonly bytes: number;
  /** Whether it has records of erased persons, or may have where not all was kept of a reject. */
  mayBeTheirs: boolean;
  /** Whether it has records that were blanked before. */
  hasBlanked: boolean;
  /** Whether it lies in an archive tier, so that nobody knows. */
  isArchived: boolean;
}

/** Raw bytes that may be read ahead. */
const AHEAD_BYTES = 16 * 2 ** 20;

/** Looks at objects in their order, reading them as a load does: many at a time, in bounded memory. */
export async function* lookAt(
  origins: AsyncIterable<Origin>,
  store: ObjectStore,
  isErased: IsErased,
  signal: AbortSignal,
): AsyncGenerator<Look, void, undefined> {
  let look: Look | undefined;
  const chunks = readObjects(store, origins, { partial: null, ahead_bytes: AHEAD_BYTES, signal });
  for await (const { origin, pieces, last } of chunks) {
    look ??= { key: origin.key, bytes: origin.size_bytes, mayBeTheirs: false, hasBlanked: false, isArchived: false };
    for (const piece of pieces) {
      look.mayBeTheirs ||= isTheirs(piece, isErased) || isCut(piece);
      look.hasBlanked ||= piece.ok && isBlanked(piece.event);
      look.isArchived ||= !piece.ok && piece.code === 'object_archived';
    }
    if (!last) continue;
    yield look;
    look = undefined;
  }
}
