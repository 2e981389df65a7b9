// A peer: each line through JSON.parse, and INSERT of 200 rows of VALUES at a time, each a transaction.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type pg from 'pg';
import { given, measured } from './measured.ts';
import { PEER_COLUMNS } from './peer-columns.ts';
import { connected } from './postgres.ts';

const ROWS = 200;

interface SentEvent extends Readonly<Record<string, unknown>> {
  readonly product?: Readonly<Record<string, unknown>>;
  readonly _ingest: { readonly receivedAt: string };
}

await measured(async () => {
  const client = await connected();
  let values: unknown[] = [];
  let rows = 0;
  for await (const line of createInterface({ input: createReadStream(given('BENCH_NDJSON')) })) {
    values.push(...rowOf(JSON.parse(line) as SentEvent));
    if (values.length < ROWS * PEER_COLUMNS.length) continue;
    rows += await insert(client, values);
    values = [];
  }
  if (values.length > 0) rows += await insert(client, values);
  await client.end();
  return { rows };
});

function rowOf(event: SentEvent): unknown[] {
  const { eventId, eventTimestamp, eventName, userId, clientId, sessionId, userLoginState, identitySource, ...rest } =
    event;
  const { isFirstVisit, product, pageUrl, referrer, orderId, orderTotal, itemCount, currency, _ingest, ...properties } =
    rest;
  const path = product ? new URL(String(pageUrl)).pathname : null;
  return [
    eventId, eventTimestamp, _ingest.receivedAt, 0, userId, clientId, clientId ?? userId, sessionId,
    sessionId === undefined, eventName ?? 'unknown', userLoginState, identitySource ?? (userId ? null : 'anonymous'),
    isFirstVisit, product?.['id'], product?.['name'], product?.['category'], product?.['brand'], product?.['price'],
    product?.['discountPrice'], path, pageUrl, referrer, orderId, orderTotal, itemCount, currency, JSON.stringify(properties),
  ]; // prettier-ignore
}

async function insert(client: pg.Client, values: readonly unknown[]): Promise<number> {
  const width = PEER_COLUMNS.length;
  const places = Array.from({ length: values.length / width }, (_, row) => {
    const row$ = Array.from({ length: width }, (__, column) => `$${row * width + column + 1}`);
    return `(${row$.join()})`;
  });
  const text = `INSERT INTO ${given('BENCH_TABLE')} (${PEER_COLUMNS.join()}) VALUES ${places.join()} ON CONFLICT DO NOTHING`;
  // A name lets the server parse a whole batch once.
  const { rowCount } = await client.query({ name: `insert ${values.length}`, text, values: [...values] });
  return rowCount ?? 0;
}
