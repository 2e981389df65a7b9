import type { Client } from 'pg';
import { sqlVariables, type TableNames } from '../config/table-names.ts';
import type { WarehouseSettings } from '../config/settings.ts';
import { HOUR_MS, hourPrefix } from '../etl/pipeline/hours.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { checkTables } from './check-tables.ts';
import { sqlFile } from './template.ts';

/** Which dead letters are meant: those that everything given holds for; all of them when nothing is. */
export interface RejectSelection {
  readonly code?: string;
  /** The first hour and the last, both included; starts of UTC hours in epoch milliseconds. */
  readonly from_ms?: number;
  readonly to_ms?: number;
  readonly key?: string;
  /** Of the record in its object, from 0. */
  readonly index?: number;
}

/** A row of the dead letters. */
export interface StoredReject {
  readonly key: string;
  readonly index: number;
  readonly start_bytes: number;
  readonly end_bytes: number;
  readonly lastModified_ms: number;
  /** Of the object as it was read. */
  readonly etag: string;
  readonly code: string;
  readonly detail: string;
  /** At most 64 KiB of the record. */
  readonly raw: Buffer;
  readonly rejected_ms: number;
  readonly runId: string;
}

/** The dead letters that share a code. */
export interface RejectGroup {
  readonly code: string;
  readonly count: number;
  readonly objects: number;
  readonly first_ms: number;
  readonly last_ms: number;
  /** Of the latest of them. */
  readonly detail: string;
  readonly firstKey: string;
  readonly lastKey: string;
}

/** How many rows of up to 64 KiB are in memory at once. */
const PAGE_ROWS = 100;

/** The dead letters of a warehouse, read over a connection of the caller's. */
export class Rejects {
  readonly #connection: Connection;
  readonly #sql: { readonly hours: string; readonly codes: string; readonly page: string };

  constructor(connection: Connection, tables: TableNames) {
    const variables = { ...sqlVariables(tables), selected: sqlFile('statements/rejects-selected.sql', {}) };
    const sql = (name: string): string => sqlFile(`statements/rejects-${name}.sql`, variables);
    this.#connection = connection;
    this.#sql = { hours: sql('hours'), codes: sql('codes'), page: sql('page') };
  }

  /** The hours that a selection lies in, as prefixes, oldest first, with how many each has. */
  async hours(selection: RejectSelection): Promise<{ prefix: string; count: number }[]> {
    const rows = await this.#select<{ prefix: string; count: string }>(this.#sql.hours, parametersOf(selection));
    return rows.map(({ prefix, count }) => ({ prefix, count: Number(count) }));
  }

  /** A selection by code, the most frequent first. */
  async groups(selection: RejectSelection): Promise<RejectGroup[]> {
    const rows = await this.#select<GroupRow>(this.#sql.codes, parametersOf(selection));
    return rows.map(({ code, count, objects, first_at, last_at, detail, first_key, last_key }) => ({
      code,
      count: Number(count),
      objects: Number(objects),
      first_ms: first_at.getTime(),
      last_ms: last_at.getTime(),
      detail,
      firstKey: first_key,
      lastKey: last_key,
    }));
  }

  /** A selection in order of place, page by page. What is rejected anew at its old place meanwhile is not met again. */
  async *inOrder(selection: RejectSelection, limit = Infinity): AsyncGenerator<StoredReject, void, undefined> {
    const parameters = parametersOf(selection);
    let [key, index, left] = ['', -1, limit];
    while (left > 0) {
      const rows = await this.#select<Row>(this.#sql.page, [...parameters, key, index, Math.min(PAGE_ROWS, left)]);
      for (const row of rows) yield storedReject(row);
      const last = rows.at(-1);
      if (!last || rows.length < PAGE_ROWS) return;
      left -= rows.length;
      key = last.source_key;
      index = last.record_index;
    }
  }

  async #select<R extends object>(sql: string, parameters: readonly unknown[]): Promise<R[]> {
    return this.#connection.run(async (client: Client) => (await client.query<R>(sql, [...parameters])).rows);
  }
}

/**
 * Works on a warehouse's dead letters, and ends the connection afterwards.
 *
 * @throws ClickstreamError `warehouse_unreachable`, or `missing_table` with what to do.
 */
export async function withRejects<T>(
  { postgres, tables }: WarehouseSettings,
  work: (rejects: Rejects) => Promise<T>,
): Promise<T> {
  const connection = new Connection(postgres, 'clickstream rejects', () => Infinity);
  try {
    await connection.run((client) => checkTables(client, tables, {}));
    return await work(new Rejects(connection, tables));
  } finally {
    await connection.close();
  }
}

function parametersOf({ code, from_ms, to_ms, key, index }: RejectSelection): unknown[] {
  return [
    code ?? null,
    from_ms === undefined ? null : hourPrefix(from_ms),
    // Keys of an hour sort before the next hour's prefix.
    to_ms === undefined ? null : hourPrefix(to_ms + HOUR_MS),
    key ?? null,
    index ?? null,
  ];
}

interface Row {
  readonly source_key: string;
  readonly record_index: number;
  readonly start_bytes: string;
  readonly end_bytes: string;
  readonly last_modified: Date;
  readonly etag: string;
  readonly code: string;
  readonly detail: string;
  readonly raw: Buffer;
  readonly rejected_at: Date;
  readonly run_id: string;
}

interface GroupRow {
  readonly code: string;
  readonly count: string;
  readonly objects: string;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly detail: string;
  readonly first_key: string;
  readonly last_key: string;
}

function storedReject(row: Row): StoredReject {
  return {
    key: row.source_key,
    index: row.record_index,
    start_bytes: Number(row.start_bytes),
    end_bytes: Number(row.end_bytes),
    lastModified_ms: row.last_modified.getTime(),
    etag: row.etag,
    code: row.code,
    detail: row.detail,
    raw: row.raw,
    rejected_ms: row.rejected_at.getTime(),
    runId: row.run_id,
  };
}
