import type { Client } from 'pg';
import type { TableNames } from '../../config/table-names.ts';
import { ClickstreamError } from '../../errors.ts';

const ENDING = '_before_adoption';
const LONGEST_NAME_BYTES = 63;

/** The name that a table gets that was there before ours, as an identifier: `"clickstream_events_before_adoption"`. */
export function formerTable({ events }: TableNames): string {
  return `${events.slice(0, -1)}${ENDING}"`;
}

/** The same without quotes and schema. */
export function formerName(tables: TableNames): string {
  return formerTable(tables)
    .replace(/^.*\."/, '"')
    .slice(1, -1);
}

/**
 * Where a warehouse stands: `needed` when TARGET_TABLE names a table that no migration of ours made, `unfinished` when
 * its rows are not all copied yet.
 */
export type AdoptionState = 'none' | 'needed' | 'unfinished';

export async function adoptionState(client: Client, tables: TableNames): Promise<AdoptionState> {
  const exists = async (table: string): Promise<boolean> => {
    const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
    return rows[0]!.found;
  };
  if ((await exists(tables.events)) && !(await isOurs(client, tables, exists))) return 'needed';
  if (!(await exists(formerTable(tables)))) return 'none';
  if (!(await exists(tables.adoption))) return 'unfinished';
  const { rows } = await client.query<{ finished: boolean }>(
    `SELECT finished_at IS NOT NULL AS finished FROM ${tables.adoption}`,
  );
  return rows[0]?.finished ? 'none' : 'unfinished';
}

async function isOurs(
  client: Client,
  { migrations }: TableNames,
  exists: (table: string) => Promise<boolean>,
): Promise<boolean> {
  if (!(await exists(migrations))) return false;
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${migrations} LIMIT 1`);
  return rows.length > 0;
}

/**
 * Stops where a table would have to be adopted and nobody has asked for that.
 *
 * @throws ClickstreamError `other_table` or `adoption_unfinished`, each saying what to do.
 */
export function refuseUnadopted(state: AdoptionState, tables: TableNames): void {
  if (state === 'needed') {
    throw adoptionError(
      'other_table',
      `TARGET_TABLE names ${tables.events}, which exists and was not made by "clickstream migrate". To keep its rows, stop ` +
        'what writes to it and run "clickstream migrate --adopt --dry-run", which shows what would become of them; or give ' +
        'another TARGET_TABLE.',
    );
  }
  if (state === 'unfinished') {
    throw adoptionError(
      'adoption_unfinished',
      `The rows of ${formerTable(tables)} are not all in ${tables.events} yet. Run "clickstream migrate --adopt", which ` +
        'goes on where it stopped.',
    );
  }
}

/**
 * Checks that the table can be adopted, as far as names and kinds tell.
 *
 * @throws ClickstreamError `cannot_adopt`, which says why.
 */
export async function checkAdoptable(client: Client, tables: TableNames): Promise<void> {
  const { schema: _schema, prefix: _prefix, events, ...beside } = tables;
  if (Buffer.byteLength(formerName(tables)) > LONGEST_NAME_BYTES) {
    throw cannotAdopt(
      tables,
      `its name would be too long with ${ENDING} after it; rename it, and TARGET_TABLE with it`,
    );
  }
  const { rows: kinds } = await client.query<{ kind: string; parent: boolean }>(
    `SELECT relkind AS kind, EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) AS parent
     FROM pg_class AS c WHERE oid = to_regclass($1)`,
    [events],
  );
  if (kinds[0]?.kind !== 'r' || kinds[0].parent) {
    throw cannotAdopt(tables, 'it is a view, or made of partitions; put its rows into one plain table first');
  }
  const { rows: taken } = await client.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL ORDER BY name',
    [[...Object.values(beside).filter((name) => name !== tables.migrations), formerTable(tables)]],
  );
  if (taken.length > 0) {
    const names = taken.map(({ name }) => name).join(', ');
    throw cannotAdopt(tables, `names that the warehouse needs are taken: ${names}; rename or drop these first`);
  }
}

export function cannotAdopt(tables: TableNames, why: string): ClickstreamError {
  return adoptionError('cannot_adopt', `The table ${tables.events} cannot be adopted: ${why}.`);
}

/** Stage `config`: nothing was touched. */
function adoptionError(code: string, message: string): ClickstreamError {
  return new ClickstreamError({ code, stage: 'config', message });
}
