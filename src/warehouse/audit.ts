import type { WarehouseSettings } from '../config/settings.ts';
import { sqlVariables } from '../config/table-names.ts';
import { EVENTS_PREFIX, parseHourPrefix, type HourUnit } from '../etl/pipeline/hours.ts';
import type { Origin } from '../etl/pipeline/record.ts';
import type { ObjectStore } from '../etl/pipeline/source.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { isBefore } from '../etl/sources/s3/listing.ts';
import { auditHour, type HourAudit } from './audit-hour.ts';
import { readHourLedger } from './audit-ledger.ts';
import { checkTables } from './check-tables.ts';
import { sqlFile } from './template.ts';

/** Longer than an hour's ledger takes, of a million objects; a server that does not answer is no audit. */
const LIMIT_MS = 60_000;

export interface AuditOptions {
  /** The time now, in milliseconds since 1970. */
  readonly now_ms: number;
  /** How many keys of each kind to name. */
  readonly most_keys: number;
  readonly signal: AbortSignal;
  /** Told of objects that lie between the folders of hours, which no run ever reads. */
  readonly onStray?: (key: string) => void;
}

/**
 * Compares the bucket with the ledger, hour by hour: what lies in S3 by a listing made now, and what was read by the
 * checkpoints, runs, dead letters and manifests. Changes nothing; holds one hour's keys at a time.
 *
 * @param hours hours that follow one another, oldest first, and at least one.
 * @throws ClickstreamError `warehouse_unreachable`, `missing_table`, and what a listing throws.
 */
export async function* auditHours(
  hours: readonly HourUnit[],
  { postgres, tables }: WarehouseSettings,
  store: ObjectStore,
  options: AuditOptions,
): AsyncGenerator<HourAudit, void, undefined> {
  const sql = sqlFile('statements/audit-hour.sql', sqlVariables(tables));
  const connection = new Connection(postgres, 'clickstream audit', () => LIMIT_MS);
  const listing = new Listing(store, hours, options);
  try {
    await connection.run((client) => checkTables(client, tables, {}));
    for (const hour of hours) {
      const ledger = await connection.run((client) => readHourLedger(client, sql, hour.hour_ms));
      yield await auditHour(hour, ledger, listing.keysOf(hour), options);
    }
  } finally {
    await Promise.all([connection.close(), listing.close()]);
  }
}

/** One listing over hours that follow one another: a thousand empty hours are one request. */
class Listing {
  readonly #origins: AsyncGenerator<Origin, void, undefined>;
  readonly #onStray: ((key: string) => void) | undefined;
  /** Listed, and not yet asked for. */
  #next: Origin | undefined;
  #ended = false;

  constructor(store: ObjectStore, hours: readonly HourUnit[], { signal, onStray }: AuditOptions) {
    this.#origins = originsFrom(store, hours, signal);
    this.#onStray = onStray;
  }

  /** The objects of an hour. To be asked for in the order of the hours. */
  async *keysOf({ prefix }: HourUnit): AsyncGenerator<Origin, void, undefined> {
    for (;;) {
      if (this.#next === undefined && !this.#ended) await this.#advance();
      const origin = this.#next;
      if (!origin) return;
      if (origin.key.startsWith(prefix)) yield origin;
      else if (!isBefore(origin.key, prefix)) return;
      else if (parseHourPrefix(origin.key) === undefined) this.#onStray?.(origin.key);
      this.#next = undefined;
    }
  }

  async close(): Promise<void> {
    await this.#origins.return();
  }

  async #advance(): Promise<void> {
    const { done, value } = await this.#origins.next();
    if (done === true) this.#ended = true;
    else this.#next = value;
  }
}

/** The objects of hours that follow one another, and what lies between the hours' folders, by one listing. */
export async function* originsFrom(
  store: ObjectStore,
  hours: readonly HourUnit[],
  signal: AbortSignal,
): AsyncGenerator<Origin, void, undefined> {
  const first = hours[0]!.prefix;
  const [prefix, options] =
    // Without its slash: an object named as the folder itself is one of the hour's.
    hours.length === 1 ? [first, { signal }] : [EVENTS_PREFIX, { signal, startAfter: first.slice(0, -1) }];
  const last = hours.at(-1)!.prefix;
  for await (const page of store.list(prefix, options)) {
    for (const origin of page) {
      if (!origin.key.startsWith(last) && isBefore(last, origin.key)) return;
      yield origin;
    }
  }
}
