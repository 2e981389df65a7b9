import type { PersonId } from './tombstone.ts';

/** Whom an erasure is about. */
export interface Persons {
  readonly users: readonly string[];
  readonly clients: readonly string[];
}

/** Each of them with the kind of its id. */
export function personIds({ users, clients }: Persons): PersonId[] {
  return [
    ...users.map((id) => ({ kind: 'user' as const, id })),
    ...clients.map((id) => ({ kind: 'client' as const, id })),
  ];
}

/** Their visitors, as events name them. */
export function visitorIds(persons: Persons): string[] {
  return personIds(persons).map(({ kind, id }) => `${kind[0]!}:${id}`);
}
