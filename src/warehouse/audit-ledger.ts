import type { Client } from 'pg';
import { hourPrefix } from '../etl/pipeline/hours.ts';
import { noCounts, type Counts } from '../etl/pipeline/ledger.ts';
import type { UnitState } from '../etl/pipeline/progress.ts';

/** What the ledger says of an hour. */
export interface HourLedger {
  readonly units: readonly UnitLedger[];
  /** Dead letters of the hour's keys. */
  readonly rejects: number;
}

/** What the ledger says of an hour's unit: the hour itself, or a range of its keys. */
export interface UnitLedger {
  readonly unit: string;
  readonly state: UnitState;
  readonly pass: number;
  /** Of the current pass, as its checkpoint has them. */
  readonly counts: Readonly<Counts>;
  /** Of the current pass, as its runs have them; undefined when no runs come to the checkpoint's batches. */
  readonly runs: Readonly<Counts> | undefined;
  /** Chained over the keys read; see `progress.ts`. */
  readonly digest: string;
  readonly held: boolean;
  readonly lastRun: { readonly status: string; readonly errorCode: string | null } | undefined;
  /** Whether dead letters were tried again since the pass began, and how many such tries were rejected. */
  readonly redriven: boolean;
  readonly rejectedAgain: number;
  readonly manifest: UnitManifest;
}

/** What a unit was read from. */
export interface UnitManifest {
  readonly objects: number;
  /** As `pipeline/manifest.ts` makes them, in key order. */
  readonly hashes: Buffer;
  /** The first and the last key of each batch: of the others only hashes are kept. */
  readonly borderKeys: readonly string[];
}

/** Asks for an hour's ledger by `audit-hour.sql`. */
export async function readHourLedger(client: Client, sql: string, hour_ms: number): Promise<HourLedger> {
  // Keys of an hour sort before the next hour's prefix; those between the two folders are no hour's.
  const prefix = hourPrefix(hour_ms);
  const end = `${prefix.slice(0, -1)}0`;
  const { rows } = await client.query<Row>(sql, [new Date(hour_ms), prefix, end]);
  return { units: rows.map(unitLedger), rejects: Number(rows[0]?.rejects_present ?? 0) };
}

/** bigint and sums arrive as text; none comes near 2^53. */
interface Row {
  readonly unit: string;
  readonly state: UnitState;
  readonly pass: number;
  readonly digest: string;
  readonly held: boolean;
  readonly run_status: string | null;
  readonly error_code: string | null;
  readonly runs: Readonly<Record<string, unknown>> | null;
  readonly rejects_present: string;
  readonly redriven: boolean | null;
  readonly rejected_again: string;
  readonly manifest_objects: string | null;
  readonly hashes: Buffer | null;
  readonly border_keys: readonly string[] | null;
}

function unitLedger(row: Row): UnitLedger {
  const counts = countsOf(row as unknown as Readonly<Record<string, unknown>>);
  return {
    unit: row.unit,
    state: row.state,
    pass: row.pass,
    counts,
    // A pass without a batch, over an empty hour, needs no run to account for it.
    runs: row.runs ? countsOf(row.runs) : counts.batches === 0 ? counts : undefined,
    digest: row.digest,
    held: row.held,
    lastRun: row.run_status === null ? undefined : { status: row.run_status, errorCode: row.error_code },
    redriven: row.redriven ?? false,
    rejectedAgain: Number(row.rejected_again),
    manifest: {
      objects: Number(row.manifest_objects ?? 0),
      hashes: row.hashes ?? Buffer.alloc(0),
      borderKeys: row.border_keys ?? [],
    },
  };
}

function countsOf(row: Readonly<Record<string, unknown>>): Counts {
  const counts = noCounts();
  for (const name of Object.keys(counts) as (keyof Counts)[]) {
    counts[name] = Number(name === 'processed' ? row['objects'] : row[name]);
  }
  return counts;
}
