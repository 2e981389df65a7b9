import type { Persons } from './persons.ts';
import { personIdsIn } from './person-ids.ts';
import type { Rejects } from './rejects.ts';

/** Where dead letters lie, column by column, each with the run that rejected it. */
export interface RejectPlaces {
  readonly keys: string[];
  readonly indexes: number[];
  readonly runIds: string[];
}

/** The dead letters that hold the id of one of some persons. Reads all there are, some hundred in memory at a time. */
export async function rejectsOf(persons: Persons, rejects: Rejects): Promise<RejectPlaces> {
  const wanted = { user: new Set(persons.users), client: new Set(persons.clients) };
  const places: RejectPlaces = { keys: [], indexes: [], runIds: [] };
  for await (const { key, index, runId, raw } of rejects.inOrder({})) {
    if (!personIdsIn(raw).some(({ kind, id }) => wanted[kind].has(id))) continue;
    places.keys.push(key);
    places.indexes.push(index);
    places.runIds.push(runId);
  }
  return places;
}
