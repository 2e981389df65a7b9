import type { Client } from 'pg';
import type { TableNames } from '../../config/table-names.ts';
import { ClickstreamError } from '../../errors.ts';
import { RecordPiece } from '../../etl/pipeline/decode/piece.ts';
import type { EventRecord } from '../../etl/pipeline/event-record.ts';
import type { PipelineRun } from '../../etl/pipeline/pipeline.ts';
import { copyLines } from '../../etl/sinks/postgres/copy.ts';
import type { RowEncoder } from '../../etl/sinks/postgres/encode.ts';
import { PostgresRows } from '../../etl/sinks/postgres/prepared-rows.ts';
import type { Statements } from '../../etl/sinks/postgres/statements.ts';
import type { FormerRows } from './former-rows.ts';
import { formerTable } from './former-table.ts';

/** What became of rows: `found + split = adopted + duplicates + ` the sum of `keptAside`. */
export interface AdoptionCounts {
  readonly found: number;
  /** Events that a transform made of others. */
  readonly split: number;
  readonly adopted: number;
  readonly duplicates: number;
  /** Rows that could not become events, by reason. */
  readonly keptAside: Readonly<Record<string, number>>;
}

export const NO_COUNTS: AdoptionCounts = { found: 0, split: 0, adopted: 0, duplicates: 0, keptAside: {} };

/** What reading and writing rows takes. */
export interface Adoption {
  readonly tables: TableNames;
  /** The table that the rows are in: the former one, or in a dry run the one that would be. */
  readonly source: string;
  readonly former: FormerRows;
  readonly run: PipelineRun;
  readonly encoder: RowEncoder;
  readonly statements: Statements;
}

/** 1 MB of a table at a time: some thousands of rows. */
export const BLOCKS = 128;
/** More rows than a block can hold. */
const BLOCK_ROWS = 65_536;

/** How many blocks a table has. */
export async function blocksOf(client: Client, table: string): Promise<number> {
  const { rows } = await client.query<{ blocks: string }>(
    "SELECT pg_relation_size($1::regclass) / current_setting('block_size')::bigint AS blocks",
    [table],
  );
  return Number(rows[0]!.blocks);
}

/** Rows of some blocks, through the transforms: ready to be written. */
export async function rowsOfBlocks(
  client: Client,
  { tables, source, former, run, encoder }: Adoption,
  from: number,
): Promise<{ readonly rows: PostgresRows; readonly counts: AdoptionCounts }> {
  const found = await client.query<(string | null)[]>({
    text:
      `SELECT ${former.selection} FROM ONLY ${source} ` +
      `WHERE ctid >= '(${from},0)'::tid AND ctid < '(${from + BLOCKS},0)'::tid`,
    rowMode: 'array',
  });
  // By the name that the table has in the end, so that a dry run, a first try and a second give the same ids.
  const key = formerTable(tables);
  const records: EventRecord[] = found.rows.map(([ctid, ...texts]) => {
    const [block, place] = ctid!.slice(1, -1).split(',').map(Number) as [number, number];
    const { event, received_ms } = former.eventOf(texts);
    const bytes = Buffer.from(JSON.stringify(event));
    const index = block * BLOCK_ROWS + place;
    const piece = new RecordPiece(event, index, 0, bytes, 0, bytes.length, 'done', false);
    return run.record(piece, { key, etag: '', size_bytes: 0, lastModified_ms: received_ms ?? Number.NaN });
  });
  const batch = await run.process(records);
  const rows = await PostgresRows.of(batch.records, batch.duplicates, encoder);
  run.delivered(rows.takeDelivered());
  const keptAside: Record<string, number> = Object.fromEntries(batch.dropped);
  for (const { code } of [...batch.rejects, ...rows.rejects]) keptAside[code] = (keptAside[code] ?? 0) + 1;
  const counts = { found: records.length, split: batch.split, adopted: 0, duplicates: rows.duplicates, keptAside };
  return { rows, counts };
}

/**
 * Copies the next blocks, in the transaction in hand.
 *
 * @returns how far it came; undefined when there was nothing left to copy.
 */
export async function copyBlocks(client: Client, adoption: Adoption): Promise<{ readonly next: number } | undefined> {
  const { tables, source, statements } = adoption;
  const { counts: before, next: from } = await readState(client, tables);
  if (from >= (await blocksOf(client, source))) return undefined;
  const { rows, counts } = await rowsOfBlocks(client, adoption, from);
  let inserted = 0;
  if (rows.lines.length > 0) {
    await client.query(statements.createStaging);
    await copyLines(client, { statement: statements.copyStaging, lines: rows.lines });
    await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_mergejoin = off');
    for (;;) {
      const { rows: turns } = await client.query<{ staged: number; inserted: number; decided: number }>(
        statements.mergeStaging,
      );
      inserted += turns[0]!.inserted;
      if (turns[0]!.decided === turns[0]!.staged) break;
    }
  }
  const duplicates = counts.duplicates + rows.lines.length - inserted;
  const after = added(before, { ...counts, adopted: inserted, duplicates });
  await client.query(
    `UPDATE ${tables.adoption} SET next_block = $1, found = $2, split = $3, adopted = $4, duplicates = $5, kept_aside = $6`,
    [from + BLOCKS, after.found, after.split, after.adopted, after.duplicates, after.keptAside],
  );
  return { next: from + BLOCKS };
}

/** How far copying has come, held until the end of the transaction. Begins when it has not begun. */
export async function readState(
  client: Client,
  { adoption }: TableNames,
): Promise<{ readonly next: number; readonly counts: AdoptionCounts }> {
  await client.query(`INSERT INTO ${adoption} DEFAULT VALUES ON CONFLICT DO NOTHING`);
  const { rows } = await client.query<
    Record<'next_block' | 'found' | 'split' | 'adopted' | 'duplicates', string> & { kept_aside: Record<string, number> }
  >(`SELECT next_block, found, split, adopted, duplicates, kept_aside FROM ${adoption} FOR UPDATE`);
  const { next_block, found, split, adopted, duplicates, kept_aside } = rows[0]!;
  return {
    next: Number(next_block),
    counts: {
      found: Number(found),
      split: Number(split),
      adopted: Number(adopted),
      duplicates: Number(duplicates),
      keptAside: kept_aside,
    },
  };
}

/** Both together. */
export function added(a: AdoptionCounts, b: AdoptionCounts): AdoptionCounts {
  const keptAside = { ...a.keptAside };
  for (const [reason, rows] of Object.entries(b.keptAside)) keptAside[reason] = (keptAside[reason] ?? 0) + rows;
  return {
    found: a.found + b.found,
    split: a.split + b.split,
    adopted: a.adopted + b.adopted,
    duplicates: a.duplicates + b.duplicates,
    keptAside,
  };
}

/**
 * Checks that every row of the table has been counted once.
 *
 * @throws ClickstreamError `adoption_unbalanced`.
 */
export async function checkBalance(client: Client, source: string, counts: AdoptionCounts): Promise<void> {
  const { rows } = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM ONLY ${source}`);
  const present = Number(rows[0]!.rows);
  const { found, split, adopted, duplicates, keptAside } = counts;
  const aside = Object.values(keptAside).reduce((sum, count) => sum + count, 0);
  if (present === found && found + split === adopted + duplicates + aside) return;
  throw new ClickstreamError({
    code: 'adoption_unbalanced',
    stage: 'migrate',
    message:
      `${source} has ${present} rows and ${found} were read, of which ${adopted} were adopted, ${duplicates} are duplicates ` +
      `and ${aside} are kept aside. Something has written to it meanwhile: stop that, and copy what is missing by hand.`,
  });
}
