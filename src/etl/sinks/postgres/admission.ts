import type { Client } from 'pg';
import { personIdsIn } from '../../../warehouse/person-ids.ts';
import { tombstoneHash, type PersonId, type PersonKind } from '../../../warehouse/tombstone.ts';
import type { Reject } from '../../pipeline/event-record.ts';
import { hourOf, hourPrefix } from '../../pipeline/hours.ts';
import type { Statements } from './statements.ts';

/**
 * Why a record is not let in, as `dropped` counts it:
 *
 * - `erased`: it is somebody's who was erased
 * - `expired`: it happened before the time from which events are kept
 */
export type Refusal = 'erased' | 'expired';

/** The columns of an event that decide whether it is let in. */
export interface AdmittedRow {
  /** Epoch milliseconds. */
  readonly event_timestamp: number;
  readonly user_id?: string | null;
  readonly client_id?: string | null;
}

/** Ids whose answers are remembered: visitors come back within minutes, and a hash takes as long as a row's encoding. */
const REMEMBERED = 10_000;

/**
 * What the warehouse lets in: nothing of who was erased, and nothing that is older than events are kept. Read when an
 * hour is claimed, and looked at again in every commit, under a lock that whoever changes it has to wait for.
 */
export class Admission {
  /** Names what is known; another one after {@link renew} when that has changed. */
  version = '';
  readonly #hashes = new Set<string>();
  readonly #answers = new Map<string, boolean>();
  #salt: Buffer = Buffer.alloc(0);
  #tombstones = 0;
  #keptFrom_ms = Number.NEGATIVE_INFINITY;
  #keptPrefix = '';

  /** Whether everything is let in, so that nothing needs to be asked. */
  get isOpen(): boolean {
    return this.#hashes.size === 0 && this.#keptFrom_ms === Number.NEGATIVE_INFINITY;
  }

  /** Reads what has changed. In a transaction, what it gives holds until that ends. */
  async renew(client: Client, statements: Statements): Promise<void> {
    // One round trip; a statement of its own after the lock sees what was committed while it waited.
    const answers = (await client.query(
      `${statements.lockAdmission}; ${statements.readAdmission}`,
    )) as unknown as readonly [unknown, { readonly rows: readonly AdmissionRow[] }];
    const { tombstones, kept_from_ms } = answers[1].rows[0]!;
    const version = `${tombstones} ${kept_from_ms}`;
    if (version === this.version) return;
    if (tombstones !== this.#tombstones) await this.#readTombstones(client, statements, tombstones);
    this.#keptFrom_ms = kept_from_ms ?? Number.NEGATIVE_INFINITY;
    this.#keptPrefix = kept_from_ms === null ? '' : hourPrefix(hourOf(kept_from_ms));
    this.version = version;
  }

  /** Why an event is not let in; undefined when it is. */
  refusal({ event_timestamp, user_id, client_id }: AdmittedRow): Refusal | undefined {
    if (event_timestamp < this.#keptFrom_ms) return 'expired';
    if (this.#hashes.size === 0) return undefined;
    return this.#isErased('user', user_id) || this.#isErased('client', client_id) ? 'erased' : undefined;
  }

  /** Why a dead letter is not kept; undefined when it is. It is as old as its object. */
  refusalOfReject({ origin, raw }: Reject): Refusal | undefined {
    if (origin.key < this.#keptPrefix) return 'expired';
    if (this.#hashes.size === 0) return undefined;
    return personIdsIn(raw).some(({ kind, id }) => this.#isErased(kind, id)) ? 'erased' : undefined;
  }

  #isErased(kind: PersonKind, id: string | null | undefined): boolean {
    if (id === null || id === undefined) return false;
    const key = `${kind} ${id}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#hashes.has(textOf(tombstoneHash(this.#salt, { kind, id } satisfies PersonId)));
    if (this.#answers.size >= REMEMBERED) this.#answers.clear();
    this.#answers.set(key, answer);
    return answer;
  }

  async #readTombstones(client: Client, statements: Statements, last: number): Promise<void> {
    this.#answers.clear();
    // Fewer than before: somebody has taken some away.
    if (last < this.#tombstones) this.#hashes.clear();
    const after = last < this.#tombstones ? 0 : this.#tombstones;
    const { rows } = await client.query<{ hash: Buffer; salt: Buffer }>(statements.readTombstones, [after]);
    for (const { hash } of rows) this.#hashes.add(textOf(hash));
    this.#salt = rows[0]?.salt ?? this.#salt;
    this.#tombstones = last;
  }
}

interface AdmissionRow {
  readonly tombstones: number;
  readonly kept_from_ms: number | null;
}

/** 16 characters for 16 bytes: as small as a key of a set gets. */
function textOf(hash: Buffer): string {
  return hash.toString('latin1');
}
