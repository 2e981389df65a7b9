import type { Client } from 'pg';
import type { TableNames } from '../../config/table-names.ts';
import { columnTypes } from '../check-tables.ts';
import { quoteIdentifier } from '../template.ts';
import { FormerRows } from './former-rows.ts';
import { cannotAdopt, checkAdoptable, formerName } from './former-table.ts';

/**
 * Renames the table that is in the place of ours.
 *
 * @throws ClickstreamError `cannot_adopt`; it keeps its name then.
 */
export async function renameFormer(client: Client, tables: TableNames): Promise<void> {
  await readAdoptable(client, tables);
  await client.query(`ALTER TABLE ${tables.events} RENAME TO ${quoteIdentifier(formerName(tables))}`);
}

/**
 * How the rows of a table that is in the place of ours would be read.
 *
 * @throws ClickstreamError `cannot_adopt`, which says why.
 */
export async function readAdoptable(client: Client, tables: TableNames): Promise<FormerRows> {
  await checkAdoptable(client, tables);
  const former = new FormerRows(await columnTypes(client, tables.events));
  if (former.missing.length > 0) {
    throw cannotAdopt(tables, `it has no column ${former.missing.join(' and no ')}, so that it holds no events`);
  }
  return former;
}
