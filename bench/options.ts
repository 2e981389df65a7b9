import { parseArgs } from 'node:util';
import { LEAST_ROUNDS } from './verdict.ts';

/** What `npm run bench` was asked for. */
export interface BenchOptions {
  readonly mode: 'default' | 'quick' | 'full' | 'compare';
  /** Names of the rows; all of them when there are none. */
  readonly rows: readonly string[];
  /** What every size is multiplied by. */
  readonly scale: number;
  readonly rounds: number;
  /** Whether the ETL's processes leave CPU profiles. */
  readonly profile: boolean;
  /** Whether what the row `forecasts` learns becomes what `clickstream plan` goes by. */
  readonly writeCosts: boolean;
  /** Where the report goes; by default `bench` for a whole run at full size, and `data/bench` for any other. */
  readonly out?: string;
  /** The other commit of `compare`; undefined is the one before what is in the working tree. */
  readonly ref?: string;
}

export const USAGE = `npm run bench                         every row at its full size, 5 rounds
npm run bench -- quick                a hundredth of it, one round
npm run bench -- full                 10M events, too
npm run bench -- ROW ...              some rows
npm run bench -- compare [REF]        this checkout and another commit by turns (HEAD where something is changed, else HEAD~1)
--scale N  multiplies every size   --rounds N   --profile  CPU profiles of the ETL, in data/bench
--out FOLDER  where the report goes   --write-costs  what the row forecasts learns, for clickstream plan: src/plan/costs.json`;

const QUICK_SCALE = 0.01;
const ROUNDS = 5;

/**
 * Reads the command line.
 *
 * @param known the names of rows.
 * @throws Error that says what is wrong.
 */
export function readOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      scale: { type: 'string' },
      rounds: { type: 'string' },
      profile: { type: 'boolean', default: false },
      out: { type: 'string' },
      'write-costs': { type: 'boolean', default: false },
    },
  });
  const [first, ...others] = positionals;
  const isMode = first === 'quick' || first === 'full' || first === 'compare';
  const mode = isMode ? first : 'default';
  const quick = mode === 'quick';
  const common = {
    mode,
    scale: numberOf('scale', values.scale, quick ? QUICK_SCALE : 1),
    rounds: numberOf('rounds', values.rounds, quick ? 1 : ROUNDS),
    profile: values.profile,
    writeCosts: values['write-costs'],
    ...(values.out === undefined ? {} : { out: values.out }),
  } as const;
  if (!Number.isInteger(common.rounds)) throw new Error('--rounds wants a whole number');
  if (common.writeCosts && (quick || mode === 'compare')) {
    throw new Error(`--write-costs wants hours of all sizes, which ${mode} does not measure`);
  }
  if (mode === 'compare') {
    if (common.rounds < LEAST_ROUNDS) throw new Error(`compare wants ${LEAST_ROUNDS} rounds or more`);
    if (others.length > 1) throw new Error(`compare takes one commit, not ${others.join(' ')}`);
    return { ...common, rows: [], ...(others[0] === undefined ? {} : { ref: others[0] }) };
  }
  const rows = isMode ? others : positionals;
  const unknown = rows.find((row) => !known.includes(row));
  if (unknown !== undefined) throw new Error(`There is no row "${unknown}"; rows are ${known.join(', ')}`);
  if (common.writeCosts && rows.length > 0 && !rows.includes('forecasts')) {
    throw new Error('--write-costs wants the row forecasts, which learns them');
  }
  return { ...common, rows };
}

function numberOf(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const number = Number(text);
  if (!(number > 0) || !Number.isFinite(number)) throw new Error(`--${name} ${text} is no number above 0`);
  return number;
}
