import type { WarehouseSettings } from '../config/settings.ts';
import { sqlVariables } from '../config/table-names.ts';
import { HOUR_MS } from '../etl/pipeline/hours.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { sqlFile } from '../warehouse/template.ts';

/**
 * Seconds from the end of the newest completed hour to now; undefined when no hour was ever completed.
 *
 * @param limit_ms how long asking may take.
 * @throws ClickstreamError when the warehouse does not answer in time, or refuses.
 */
export async function readLag_s(
  { postgres, tables }: WarehouseSettings,
  now_ms: number,
  limit_ms: number,
): Promise<number | undefined> {
  const end_ms = performance.now() + limit_ms;
  const connection = new Connection(postgres, 'clickstream metrics', () => end_ms - performance.now());
  try {
    const sql = sqlFile('statements/status-last-completed.sql', sqlVariables(tables));
    const { rows } = await connection.run((client) => client.query<{ hour: Date | null }>(sql));
    const hour = rows[0]?.hour;
    return hour ? (now_ms - hour.getTime() - HOUR_MS) / 1000 : undefined;
  } finally {
    await connection.close();
  }
}
