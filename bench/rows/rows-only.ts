import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { interleave, median, ratios, type Sides, type Taken } from '../measure.ts';
import { PEER_COLUMNS } from '../programs/peer-columns.ts';
import { duckdb, type ProgramName } from '../programs.ts';
import { atMost, shown, type Row, type RowResult } from '../row.ts';
import { EVENTS_TABLE } from '../warehouses.ts';
import { copyRows, dropIndexes, loadRowsOnly, ndjsonSpec, ndjsonHour, writeForPeers } from './ndjson-hour.ts';

/** How else one might load such an hour. */
const PEERS = {
  duckdb: { program: 'peer-duckdb', title: 'DuckDB to CSV to COPY' },
  jsonb: { program: 'peer-jsonb', title: 'SQL over a jsonb staging table' },
  insert: { program: 'peer-insert', title: 'INSERT of 200 VALUES per transaction' },
} as const satisfies Record<string, { program: ProgramName; title: string }>;

/** Rows alone against COPY and against peers. */
export const rowsOnly: Row = {
  name: 'rows-only',
  title: 'rows only (no sessions, no rollups), wall over COPY into the keyed table',
  limit:
    'a process on one core reads, parses, checks, transforms and encodes each event, and takes several times what COPY takes to store it; GET and ' +
    'JSON.parse of each line alone (row `hour`) take about as long as COPY. DuckDB reads JSON on all cores and leaves out what the note above ' +
    'names; SQL over jsonb is one statement. Tried: columns by names in their places, one `try` for a row, marks found by one key, larger and smaller batches ' +
    '(docs/performance.md). Semi-spaces of 32 MiB instead of 16 save half of the scavenges, 2 us per event; they are for whoever starts the process to set. ' +
    'A worker thread would use the second core here, and nothing in a Lambda that has one.',
  measure: async (bench): Promise<RowResult> => {
    const of = await ndjsonHour(bench);
    const file = join(bench.folder, 'peers.ndjson');
    const records = await writeForPeers(ndjsonSpec(bench), file);
    const duckdbPackage = duckdb((text) => bench.say(text));
    const sides: Record<string, () => Promise<Taken>> = {
      rowsOnly: () => loadRowsOnly(bench, of),
      copyKeyed: () => copyRows(bench, of, 'only the key'),
      jsonb: () => loadByPeer(bench, 'jsonb', file, records),
      insert: () => loadByPeer(bench, 'insert', file, records),
    };
    if (duckdbPackage)
      sides['duckdb'] = () => loadByPeer(bench, 'duckdb', file, records, { BENCH_DUCKDB: duckdbPackage });
    const found = await interleave(bench.options.rounds, sides as Sides<string, Taken>, (text) => bench.say(text));
    const wall = ({ wall_s }: Taken): number => wall_s;
    const peers = Object.keys(PEERS).filter((peer) => peer in found) as (keyof typeof PEERS)[];
    const overCopy = (side: string): number => median(ratios(found[side]!, found['copyKeyed']!, wall));
    return {
      checks: [
        atMost(1.4, { what: 'over COPY', values: ratios(found['rowsOnly']!, found['copyKeyed']!, wall) }),
        ...peers.map((peer) =>
          atMost(1, { what: `over ${PEERS[peer].title}`, values: ratios(found['rowsOnly']!, found[peer]!, wall) }),
        ),
      ],
      tables: [
        {
          title: `${shown(of.events, 0)} events into a table with only its key, medians`,
          cells: [
            ['how', 'wall over COPY', 'wall s', 'client CPU s', 'PostgreSQL CPU s', 'client peak MiB'],
            ...Object.entries({
              copyKeyed: 'COPY of ready rows',
              rowsOnly: 'Clickstream, rows only',
              ...Object.fromEntries(peers.map((peer) => [peer, PEERS[peer].title])),
            }).map(([side, title]) => [
              title,
              shown(overCopy(side)),
              ...(['wall_s', 'cpu_s', 'server_s'] as const).map((key) =>
                shown(median(found[side]!.map((one) => one[key]))),
              ),
              shown(median(found[side]!.map((one) => one.maxRss_mb)), 0),
            ]),
          ],
        },
      ],
      notes: [
        'Peers read a local file where Clickstream reads S3, and are given no record that a warehouse would reject and none that ' +
          'was loaded before: each of these would end their load. They leave out the hash that decides between two records of an ' +
          'event, derived sessions, traffic sources, bots and the correction of times, and keep no ledger and no checkpoint.',
        ...(duckdbPackage ? [] : ['DuckDB was left out: its package could not be installed.']),
      ],
    };
  },
};

async function loadByPeer(
  bench: Bench,
  peer: keyof typeof PEERS,
  file: string,
  records: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Taken> {
  await bench.warehouses.create('peer');
  await bench.warehouses.ask('peer', dropIndexes(EVENTS_TABLE));
  const taken = await bench.run(PEERS[peer].program, {
    database: 'peer',
    env: { BENCH_TABLE: EVENTS_TABLE, BENCH_NDJSON: file, ...env },
  });
  const [counts] = await bench.warehouses.ask<{ rows: number; full: number }>(
    'peer',
    `SELECT count(*)::integer AS rows, count(${PEER_COLUMNS.at(-1)})::integer AS full FROM ${EVENTS_TABLE}`,
  );
  // Some 2 % of the records are events that come twice.
  if (!counts || counts.rows < records * 0.95 || counts.full !== counts.rows) {
    throw new Error(`${PEERS[peer].title} left ${counts?.rows} rows of ${records} records`);
  }
  return taken;
}
