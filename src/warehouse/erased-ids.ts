import type { WarehouseSettings } from '../config/settings.ts';
import { sqlVariables } from '../config/table-names.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { personIds, type Persons } from './persons.ts';
import { sqlFile } from './template.ts';
import { tombstoneHash, type PersonId } from './tombstone.ts';

const LIMIT_MS = 60_000;
/** Ids whose answers are remembered: visitors come back, and a hash takes a microsecond. */
const REMEMBERED = 100_000;

/** Whether one of these ids is somebody's who was erased. */
export type IsErased = (ids: readonly PersonId[]) => boolean;

/**
 * Who was erased: those of whom there is a tombstone, and those that are named. By the tombstones, a second erasure
 * finishes what the first left, clients included that the warehouse has forgotten meanwhile.
 *
 * @throws ClickstreamError `warehouse_unreachable` or `warehouse_refused`.
 */
export async function readErased({ postgres, tables }: WarehouseSettings, named: Persons): Promise<IsErased> {
  const connection = new Connection(postgres, 'clickstream erase', () => LIMIT_MS);
  const sql = sqlFile('statements/read-tombstones.sql', sqlVariables(tables));
  try {
    const { rows } = await connection.run((client) => client.query<{ hash: Buffer; salt: Buffer }>(sql, [0]));
    const hashes = new Set(rows.map(({ hash }) => hash.toString('latin1')));
    return erasedBy(hashes, rows[0]?.salt, named);
  } finally {
    await connection.close();
  }
}

function erasedBy(hashes: ReadonlySet<string>, salt: Buffer | undefined, named: Persons): IsErased {
  const answers = new Map(personIds(named).map((id) => [keyOf(id), true]));
  const fixed = answers.size;
  const isErased = (id: PersonId): boolean => {
    const key = keyOf(id);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = salt !== undefined && hashes.has(tombstoneHash(salt, id).toString('latin1'));
    if (answers.size < fixed + REMEMBERED) answers.set(key, answer);
    return answer;
  };
  return (ids) => ids.some(isErased);
}

function keyOf({ kind, id }: PersonId): string {
  return `${kind} ${id}`;
}
