// The limit of any load: COPY of rows that are ready into a table, in one transaction. BENCH_FILE has the lines, BENCH_TABLE
// and BENCH_COLUMNS say where they go.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { given, measured } from './measured.ts';
import { connected } from './postgres.ts';

await measured(async () => {
  const client = await connected();
  const copy = client.query(copyFrom(`COPY ${given('BENCH_TABLE')} (${given('BENCH_COLUMNS')}) FROM STDIN`));
  await pipeline(createReadStream(given('BENCH_FILE'), { highWaterMark: 64 * 1024 }), copy);
  await client.end();
  return { rows: copy.rowCount };
});
