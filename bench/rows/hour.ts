import { interleave, median, ratios, type Taken } from '../measure.ts';
import { atMost, shown, type Row, type RowResult, type Table } from '../row.ts';
import { copyRows, loadRowsOnly, ndjsonHour } from './ndjson-hour.ts';

const STAGES = ['json', 'read', 'decode', 'transform', 'encode'] as const;

/** A whole hour against COPY of its rows, and where its time goes. */
export const hour: Row = {
  name: 'hour',
  title: 'NDJSON hour of 500k events, wall over COPY of the same rows',
  limit:
    "two cores do the work of a whole load, and both are busy nearly all of the time. The ETL's share is, by the table of stages, reading and " +
    "JSON.parse, transforms, encoding and the garbage of all three; PostgreSQL's is the rows with their indexes, and settling, most of which is " +
    'making session rows from events along an index. Tried since the first version: turns of 2 ms and one message a batch, settling while the hour ' +
    'is read, sessions summed up one at a time in SQL, products as rows rather than JSON (docs/performance.md has the figures). Aggregates ' +
    'appended by each batch were not built: in order of time a batch of 1,024 events has those of some 930 sessions, so that they are hardly ' +
    'fewer than the events.',
  measure: async (bench): Promise<RowResult> => {
    const of = await ndjsonHour(bench);
    const stage = (name: (typeof STAGES)[number]) => () => bench.run('stages', { s3: of.s3, args: [name] });
    const found = await interleave<string, Taken>(
      bench.options.rounds,
      {
        all: of.load,
        rowsOnly: () => loadRowsOnly(bench, of),
        copyIndexed: () => copyRows(bench, of, 'all indexes'),
        copyKeyed: () => copyRows(bench, of, 'only the key'),
        ...Object.fromEntries(STAGES.map((name) => [name, stage(name)])),
      },
      (text) => bench.say(text),
    );
    const over = (side: string): number[] => ratios(found['all']!, found[side]!, ({ wall_s }) => wall_s);
    return {
      checks: [
        atMost(1.8, { what: 'into an identical table with all its indexes', values: over('copyIndexed') }),
        atMost(3.0, { what: 'into one with only the key', values: over('copyKeyed') }),
      ],
      tables: [sidesTable(found, of.events), stagesTable(found, of.events)],
    };
  },
};

const SIDES = {
  all: 'all in: rows, sessions, orders, rollups',
  rowsOnly: 'rows only, into a table with only its key',
  copyIndexed: 'COPY of ready rows, all indexes',
  copyKeyed: 'COPY of ready rows, only the key',
  read: 'limit: GET alone',
  json: 'limit: GET and JSON.parse of each line',
} as const;

function sidesTable(found: Readonly<Record<string, readonly Taken[]>>, events: number): Table {
  const cells = Object.entries(SIDES).map(([side, title]) => {
    const of = (figure: keyof Taken): number => median(found[side]!.map((taken) => taken[figure]));
    const server = side === 'read' || side === 'json' ? '' : shown(of('server_s'));
    return [title, shown(of('wall_s')), shown(of('cpu_s')), server, shown(of('maxRss_mb'), 0)];
  });
  return {
    title: `${shown(events, 0)} events, medians`,
    cells: [['side', 'wall s', 'client CPU s', 'PostgreSQL CPU s', 'client peak MiB'], ...cells],
  };
}

/** Each stage is what it adds to the one before; the server's are differences of whole runs. */
function stagesTable(found: Readonly<Record<string, readonly Taken[]>>, events: number): Table {
  const us = (seconds: number): string => shown((seconds / events) * 1e6);
  const cpu = (side: string, figure: 'cpu_s' | 'server_s' = 'cpu_s'): number =>
    median(found[side]!.map((taken) => taken[figure]));
  return {
    title: 'where the CPU time goes, us per event',
    cells: [
      ['stage', 'client', 'PostgreSQL'],
      ['GET', us(cpu('read')), ''],
      ['decode', us(cpu('decode') - cpu('read')), ''],
      ['transforms', us(cpu('transform') - cpu('decode')), ''],
      ['encode rows, make marks', us(cpu('encode') - cpu('transform')), ''],
      ['write rows, keep the ledger', us(cpu('rowsOnly') - cpu('encode')), us(cpu('rowsOnly', 'server_s'))],
      [
        'indexes beside the key, marks, settle',
        us(cpu('all') - cpu('rowsOnly')),
        us(cpu('all', 'server_s') - cpu('rowsOnly', 'server_s')),
      ],
      ['all', us(cpu('all')), us(cpu('all', 'server_s'))],
    ],
  };
}
