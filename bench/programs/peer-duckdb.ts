// A peer: DuckDB reads the lines and writes CSV, which COPY takes. It uses all cores. BENCH_DUCKDB is its package.
import { createReadStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { given, measured } from './measured.ts';
import { PEER_COLUMNS } from './peer-columns.ts';
import { connected } from './postgres.ts';

interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string): Promise<{ connect(): Promise<{ run(sql: string): Promise<unknown>; closeSync(): void }> }>;
  };
}

const text = (name: string): string => name.replaceAll("'", "''");

// The key would refuse an event that comes twice.
const CSV = (from: string, to: string): string => `
  COPY (
    SELECT eventId, eventTimestamp, _ingest.receivedAt, 0, userId, clientId, coalesce(clientId, userId), sessionId,
      sessionId IS NULL, coalesce(eventName, 'unknown'), userLoginState,
      coalesce(identitySource, CASE WHEN userId IS NULL THEN 'anonymous' END), isFirstVisit,
      product.id, product.name, product.category, product.brand, product.price, product.discountPrice,
      CASE WHEN product IS NOT NULL THEN regexp_extract(pageUrl, '^[a-z]+://[^/?#]*(/[^?#]*)', 1) END, pageUrl, referrer,
      orderId, orderTotal, itemCount, currency, json_object('viewport', viewport)
    FROM read_json('${text(from)}', format = 'newline_delimited', columns = {
      eventId: 'VARCHAR', eventTimestamp: 'VARCHAR', eventName: 'VARCHAR', userId: 'VARCHAR', clientId: 'VARCHAR',
      sessionId: 'VARCHAR', userLoginState: 'VARCHAR', identitySource: 'VARCHAR', isFirstVisit: 'BOOLEAN',
      product: 'STRUCT(id VARCHAR, name VARCHAR, category VARCHAR, brand VARCHAR, price VARCHAR, discountPrice VARCHAR)',
      pageUrl: 'VARCHAR', referrer: 'VARCHAR', orderId: 'VARCHAR', orderTotal: 'VARCHAR', itemCount: 'INTEGER',
      currency: 'VARCHAR', viewport: 'JSON', _ingest: 'STRUCT(receivedAt VARCHAR)'})
    QUALIFY row_number() OVER (PARTITION BY eventId ORDER BY _ingest.receivedAt) = 1
  ) TO '${text(to)}' (HEADER false)`;

await measured(async () => {
  const { DuckDBInstance } = (await import(given('BENCH_DUCKDB'))) as DuckDb;
  const csv = `${given('BENCH_NDJSON')}.csv`;
  const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
  await duckdb.run(CSV(given('BENCH_NDJSON'), csv));
  duckdb.closeSync();
  const client = await connected();
  const copy = client.query(copyFrom(`COPY ${given('BENCH_TABLE')} (${PEER_COLUMNS.join()}) FROM STDIN (FORMAT csv)`));
  await pipeline(createReadStream(csv, { highWaterMark: 64 * 1024 }), copy);
  await client.end();
  rmSync(csv);
  return { rows: copy.rowCount };
});
