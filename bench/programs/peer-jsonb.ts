// A peer: COPY of the lines as they are into a jsonb column, and one INSERT that makes rows of them; one transaction.
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { given, measured } from './measured.ts';
import { PEER_COLUMNS } from './peer-columns.ts';
import { connected } from './postgres.ts';

// Characters that JSON has only escaped, so that a line is one value, quotes and backslashes and all.
const COPY_LINES = String.raw`COPY lines FROM STDIN (FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')`;

const ROWS = `
  SELECT (e->>'eventId')::uuid, (e->>'eventTimestamp')::timestamptz, (e->'_ingest'->>'receivedAt')::timestamptz, 0,
    e->>'userId', e->>'clientId', coalesce(e->>'clientId', e->>'userId'), e->>'sessionId', e->>'sessionId' IS NULL,
    coalesce(e->>'eventName', 'unknown'), e->>'userLoginState',
    coalesce(e->>'identitySource', CASE WHEN e->>'userId' IS NULL THEN 'anonymous' END), (e->>'isFirstVisit')::boolean,
    p->>'id', p->>'name', p->>'category', p->>'brand', (p->>'price')::numeric, (p->>'discountPrice')::numeric,
    CASE WHEN p IS NOT NULL THEN substring(e->>'pageUrl' from '^[a-z]+://[^/?#]*(/[^?#]*)') END, e->>'pageUrl', e->>'referrer',
    e->>'orderId', (e->>'orderTotal')::numeric, (e->>'itemCount')::integer, e->>'currency',
    e - ARRAY['eventId', 'eventTimestamp', 'eventName', 'userId', 'clientId', 'sessionId', 'userLoginState',
      'identitySource', 'isFirstVisit', 'product', 'pageUrl', 'referrer', 'orderId', 'orderTotal', 'itemCount', 'currency',
      '_ingest']
  FROM lines, LATERAL (SELECT e->'product' AS p OFFSET 0) AS product`;

await measured(async () => {
  const client = await connected();
  await client.query('BEGIN');
  await client.query('CREATE TEMPORARY TABLE lines (e jsonb NOT NULL) ON COMMIT DROP');
  const file = createReadStream(given('BENCH_NDJSON'), { highWaterMark: 64 * 1024 });
  await pipeline(file, client.query(copyFrom(COPY_LINES)));
  const insert = `INSERT INTO ${given('BENCH_TABLE')} (${PEER_COLUMNS.join()}) ${ROWS} ON CONFLICT DO NOTHING`;
  const { rowCount } = await client.query(insert);
  await client.query('COMMIT');
  await client.end();
  return { rows: rowCount };
});
