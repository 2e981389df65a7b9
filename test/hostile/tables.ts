import type { TestWarehouse } from '../support/warehouse.ts';
import { BY_PLACE, canonical, OneOf, type Row } from './record-case.ts';

/** What a run left, by the names of the cases and by the places of the rejects (`key#index`). */
export interface Tables {
  readonly rows: ReadonlyMap<string, Row>;
  /** Of each row all that does not depend on where its record lay, as a digest. */
  readonly digests: ReadonlyMap<string, string>;
  readonly rejects: ReadonlyMap<string, { readonly code: string; readonly raw: Buffer }>;
}

const ROWS = `
  SELECT *, to_json(event_timestamp AT TIME ZONE 'UTC') #>> '{}' AS event_timestamp,
    to_json(received_at AT TIME ZONE 'UTC') #>> '{}' AS received_at,
    properties::text AS properties, properties ->> 'case' AS name,
    md5((to_jsonb(e) - 'event_id' - CASE WHEN session_derived THEN 'session_id' ELSE '' END)::text) AS digest
  FROM clickstream_events AS e ORDER BY event_id`;

/** Reads the tables. Fails if two rows are of one case. */
export async function readTables(warehouse: TestWarehouse): Promise<Tables> {
  const rows = new Map<string, Row>();
  const digests = new Map<string, string>();
  for (const { name, digest, record_hash: _hash, ...row } of await warehouse.rows(ROWS)) {
    if (rows.has(name as string)) throw new Error(`two rows of the case ${name as string}`);
    digests.set(name as string, digest as string);
    rows.set(name as string, {
      ...row,
      event_timestamp: instant(row['event_timestamp'] as string),
      received_at: instant(row['received_at'] as string),
      properties: canonical(JSON.parse(row['properties'] as string)),
    });
  }
  const rejects = await warehouse.rows<{ place: string; code: string; raw: Buffer }>(
    "SELECT source_key || '#' || record_index AS place, code, raw FROM clickstream_rejects",
  );
  return { rows, digests, rejects: new Map(rejects.map(({ place, code, raw }) => [place, { code, raw }])) };
}

/** Three digits of fraction, or six where the last three say something: as JavaScript would write it. */
function instant(text: string): string {
  const [whole, fraction = ''] = text.split('.') as [string, string?];
  return `${whole}.${fraction.padEnd(6, '0').replace(/000$/, '')}Z`;
}

/** What differs between the rows that are and those that should be, a short line each. */
export function differences(rows: ReadonlyMap<string, Row>, expected: ReadonlyMap<string, Row>): string[] {
  const lines: string[] = [];
  for (const name of rows.keys()) if (!expected.has(name)) lines.push(`${name}: should have no row`);
  for (const [name, wanted] of expected) {
    const row = rows.get(name);
    if (!row) {
      lines.push(`${name}: has no row`);
      continue;
    }
    for (const column of new Set([...Object.keys(row), ...Object.keys(wanted)])) {
      if (!isWanted(row[column], wanted[column])) {
        lines.push(`${name}: ${column} is ${short(row[column])}, should be ${short(wanted[column])}`);
      }
    }
  }
  return lines;
}

const NAMED_BY_PLACE = /^[0-9a-f]{8}-[0-9a-f]{4}-[57][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function isWanted(value: unknown, wanted: unknown): boolean {
  if (wanted instanceof OneOf) return wanted.values.includes(value);
  if (wanted === BY_PLACE) return typeof value === 'string' && NAMED_BY_PLACE.test(value);
  return value === wanted;
}

function short(value: unknown): string {
  const text = value instanceof OneOf ? `one of ${value.values.join()}` : JSON.stringify(value ?? null);
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length})` : text;
}
