import type { WarehouseSettings } from '../config/settings.ts';
import { ClickstreamError } from '../errors.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { checkTables, columnTypes } from './check-tables.ts';

const LIMIT_MS = 60_000;

/**
 * Checks that the events have no columns but those of a pipeline: others are a sign that hours were loaded by another one,
 * and reading them again with this one would change them.
 *
 * @throws ClickstreamError `other_pipeline` that names the columns; those of {@link checkTables}.
 */
export async function checkNoOtherColumns({ postgres, tables }: WarehouseSettings, columns: Columns): Promise<void> {
  const connection = new Connection(postgres, 'clickstream erase', () => LIMIT_MS);
  try {
    const found = await connection.run(async (client) => {
      await checkTables(client, tables, columns);
      return columnTypes(client, tables.events);
    });
    const others = [...found.keys()].filter((name) => !Object.hasOwn(columns, name));
    if (others.length === 0) return;
    throw new ClickstreamError({
      code: 'other_pipeline',
      stage: 'config',
      message:
        `${tables.events} has columns that this pipeline does not make (${others.join(', ')}), so its hours were loaded ` +
        'by another one. Give the one that loads them: --pipeline FILE.',
    });
  } finally {
    await connection.close();
  }
}
