import type { WarehouseSettings } from '../config/settings.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { missingRoles } from './roles.ts';

/**
 * The roles that `migrate --roles` would create. Changes nothing.
 *
 * @throws ClickstreamError `warehouse_unreachable`.
 */
export async function pendingRoles({ postgres, tables }: WarehouseSettings): Promise<string[]> {
  const connection = new Connection(postgres, 'clickstream migrate', () => Infinity);
  try {
    return await connection.run((client) => missingRoles(client, tables));
  } finally {
    await connection.close();
  }
}
