// `npm run bench:memory`: a 1 GB hour as one NDJSON object, as one array and as 100,000 small objects, each loaded by a
// process of its own; what it took, and the peak memory of the process. `-- SCALE` makes it smaller, as 0.1.
import { rmSync } from 'node:fs';
import { defaultPipeline } from '../src/etl/default-pipeline.ts';
import { tableNames } from '../src/config/table-names.ts';
import { accessibleDataDir } from '../src/local/postgres/data-dir.ts';
import { startPostgres } from '../src/local/postgres/server.ts';
import { migrate } from '../src/warehouse/migrate.ts';
import { startScript } from './processes.ts';
import type { Shape } from './hours.ts';

/** The limit that the issue of memory is held to, in MiB. */
const LIMIT_MB = 256;
const scale = Number(process.argv[2] ?? 1);

/** Events of some 1 KB; of the 100,000 small objects each one is some 10 KB. */
const hours: { shape: Shape; events: number; padding: number }[] = [
  { shape: 'ndjson', events: 1_000_000 * scale, padding: 100 },
  { shape: 'array', events: 1_000_000 * scale, padding: 100 },
  { shape: 'objects', events: 100_000 * scale, padding: 9_500 },
  { shape: 'gzip', events: 1_000_000 * scale, padding: 100 },
];

const dataDir = accessibleDataDir();
const postgres = await startPostgres({
  dataDir,
  settings: { fsync: 'off', synchronous_commit: 'off', max_wal_size: '4GB' },
});
let within = true;
try {
  console.log('shape     events      bytes     wall s   client CPU s   peak RSS MiB');
  for (const { shape, events, padding } of hours) {
    const table = `${shape}_events`;
    await migrate(
      { postgres: { ...postgres.connection, ssl: false }, tables: tableNames(table) },
      defaultPipeline.columns,
    );
    const s3 = await startScript('programs/s3.ts', [JSON.stringify({ hours: [{ shape, events, padding }] })]);
    try {
      const run = await startScript('programs/etl.mjs', [], {
        RAW_BUCKET_NAME: 'bench',
        AWS_ENDPOINT_URL_S3: (JSON.parse(s3.line) as { url: string }).url,
        AWS_ACCESS_KEY_ID: 'bench',
        AWS_SECRET_ACCESS_KEY: 'bench',
        DW_PG_HOST: postgres.host,
        DW_PG_PORT: String(postgres.port),
        DW_PG_USER: postgres.user,
        DW_PG_PASSWORD: postgres.password,
        DW_PG_DATABASE: postgres.database,
        TARGET_TABLE: table,
        LOG_LEVEL: 'silent',
      });
      const result = JSON.parse(run.line) as Record<'read' | 'bytes' | 'wall_s' | 'cpu_s' | 'maxRss_mb', number>;
      if (result.read !== events) throw new Error(`${shape}: read ${result.read} of ${events} events`);
      within &&= result.maxRss_mb <= LIMIT_MB;
      const cells = [
        events,
        result.bytes,
        result.wall_s.toFixed(1),
        result.cpu_s.toFixed(1),
        result.maxRss_mb.toFixed(0),
      ];
      console.log(`${shape.padEnd(8)} ${cells.map((cell) => String(cell).padStart(10)).join(' ')}`);
    } finally {
      s3.stop();
    }
  }
} finally {
  await postgres.stop('fast');
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(within ? `Every hour stayed within ${LIMIT_MB} MiB.` : `An hour needed more than ${LIMIT_MB} MiB.`);
process.exitCode = within ? 0 : 1;
