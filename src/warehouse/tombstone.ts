import { createHash } from 'node:crypto';

/** What an id is the id of: the two are separate name spaces. */
export type PersonKind = 'user' | 'client';

/** The id of a user or client, as the events have it. */
export interface PersonId {
  readonly kind: PersonKind;
  readonly id: string;
}

const HASH_BYTES = 16;

/** What is kept of somebody who was erased: 16 bytes that only the salt connects with the id. */
export function tombstoneHash(salt: Buffer, { kind, id }: PersonId): Buffer {
  return createHash('sha256').update(salt).update(`${kind}\0${id}`).digest().subarray(0, HASH_BYTES);
}
