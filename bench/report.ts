import { cpus, platform, release, totalmem } from 'node:os';
import { missedBy, shown, type Check, type Row, type RowResult } from './row.ts';
import { markdownTable } from './table.ts';

/** A row with what was found, or why nothing was. */
export interface Reported extends Pick<Row, 'name' | 'title' | 'limit'> {
  readonly result?: RowResult;
  readonly failure?: string;
}

/** What a run of the bench was. */
export interface Run {
  readonly date: string;
  readonly commit: string;
  /** As it was typed. */
  readonly command: string;
  readonly scale: number;
  readonly rounds: number;
  readonly machine: string;
  /** What others made the machine do before it began: processes that wanted to run at once, in the mean of a minute. */
  readonly load: number;
  /** Of the server, as names and values. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The machine in one line. */
export function machine(postgresVersion: string): string {
  const [cpu] = cpus();
  const model = (cpu?.model ?? 'unknown processor').trim();
  const memory = shown(totalmem() / 2 ** 30, 0);
  return `${model}, ${cpus().length} cores, ${memory} GiB, ${platform()} ${release()}, Node ${process.version}, PostgreSQL ${postgresVersion}`;
}

/** The command as it was typed. */
export function commandLine(): string {
  return ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
}

/** Every check beside its target. */
export function summaryTable(rows: readonly Reported[]): string {
  const cells = rows.flatMap(({ title, result, failure }) => {
    if (!result) return [[title, '', failure ?? '', '', 'failed']];
    return result.checks.map((check, at) => {
      const { what, value, digits, unit, target, is } = check;
      const missed = missedBy(check);
      const limit = shown(target, Number.isInteger(target) ? 0 : digits);
      const range =
        value.least === value.greatest ? '' : `${shown(value.least, digits)} to ${shown(value.greatest, digits)}`;
      return [
        at === 0 ? `${title}: ${what}` : `\u2026 ${what}`,
        withUnit(`${limit} or ${is === 'at most' ? 'less' : 'more'}`, unit),
        withUnit(shown(value.median, digits), unit),
        range,
        missed === undefined ? 'met' : `MISSED by ${missed}`,
      ];
    });
  });
  return markdownTable([['what', 'target', 'median', 'least to greatest', ''], ...cells]);
}

function withUnit(text: string, unit: string): string {
  return unit === '' ? text : text.replace(/^(\S+)/, `$1 ${unit}`);
}

/** Everything but the chart, which lies beside it. */
export function report(run: Run, rows: readonly Reported[], chartFile: string): string {
  const checks = rows.flatMap(({ result }): readonly Check[] => result?.checks ?? []);
  const met = checks.filter((check) => check.met).length;
  const settings = Object.entries(run.settings).map(([name, value]) => `${name} ${value}`);
  const remark = scaleRemark(run.scale);
  return [
    '# What it costs',
    `Written by \`${run.command}\` on ${run.date} at ${run.commit}; do not edit. How to read it, and where the time goes: ` +
      '[docs/performance.md](../docs/performance.md).',
    `${run.machine}. Everything shares this machine: S3, the ETL and PostgreSQL, each in its own process. Its load was ${shown(run.load, 1)} before the bench began. PostgreSQL as it comes, durable ` +
      `(fsync and synchronous_commit on), but for ${settings.join(', ')}; both sides of a ratio use this server. ` +
      `Medians of ${run.rounds === 1 ? 'one round' : `${run.rounds} rounds, in which the sides take turns`}.`,
    ...(remark === undefined ? [] : [remark]),
    `${met} of ${checks.length} targets are met.`,
    summaryTable(rows),
    `![Figures against their targets](${chartFile})`,
    ...rows.flatMap(section),
    '',
  ].join('\n\n');
}

/** What has to be known of sizes that are not those of the targets. */
export function scaleRemark(scale: number): string | undefined {
  if (scale === 1) return undefined;
  const start = scale < 1 ? ': starting weighs more than it should, and the targets are not meant for it' : '';
  return `Every size is multiplied by ${scale}${start}.`;
}

function section({ name, title, limit, result, failure }: Reported): string[] {
  const isMissed = result?.checks.some(({ met }) => !met) ?? false;
  return [
    `## ${title}`,
    `\`npm run bench -- ${name}\``,
    ...(failure === undefined ? [] : [`It could not be measured: ${failure}`]),
    ...(result?.tables ?? []).flatMap(({ title: of, cells }) => [`${of}:`, markdownTable(cells)]),
    ...(result?.notes ?? []),
    ...(isMissed && limit !== undefined ? [`Why it is missed: ${limit}`] : []),
  ];
}
