// `npm run docs:warehouse`: writes docs/warehouse.md from the comments of a freshly migrated warehouse.
import { rmSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { tableNames } from '../../src/config/table-names.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { accessibleDataDir } from '../../src/local/postgres/data-dir.ts';
import { startPostgres } from '../../src/local/postgres/server.ts';
import { migrate } from '../../src/warehouse/migrate.ts';
import { readDictionary } from './dictionary.ts';
import { warehousePage } from './warehouse-page.ts';

const tables = tableNames('clickstream_events');
const dataDir = accessibleDataDir();
const postgres = await startPostgres({ dataDir, settings: { fsync: 'off' } });
try {
  await migrate({ postgres: { ...postgres.connection, ssl: false }, tables }, defaultPipeline.columns);
  const client = new pg.Client(postgres.connection);
  await client.connect();
  const entries = await readDictionary(client, tables);
  await client.end();
  writeFileSync(new URL('../../docs/warehouse.md', import.meta.url), warehousePage(entries));
  console.log(`docs/warehouse.md: ${entries.length} tables and views`);
  for (const { name, columns, meaning } of entries) {
    if (meaning === '') console.log(`no comment on ${name}`);
    for (const column of columns) if (column.meaning === '') console.log(`no comment on ${name}.${column.name}`);
  }
} finally {
  await postgres.stop('immediate');
  rmSync(dataDir, { recursive: true, force: true });
}
