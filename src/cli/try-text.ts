import { diffLines, diffWordsWithSpace, type ChangeObject } from 'diff';
import type { Column, Columns } from '../etl/pipeline/column.ts';
import type { Verdict } from '../etl/pipeline/observed.ts';
import type { JsonObject } from '../etl/pipeline/record.ts';
import { changedColumns, type TriedEvent, type TriedPipeline, type TriedStep } from '../etl/try-pipeline.ts';
import { harmless } from './harmless.ts';
import type { Colors } from './output.ts';
import { countText, plural } from './text.ts';

/** Of a value, so many characters are shown; `--json` has all of it. */
const SHOWN_CHARACTERS = 160;
const SENT_CHARACTERS = 480;

export interface TryTextOptions {
  readonly columns: Columns;
  /** The transforms to show. */
  readonly only: ReadonlySet<string>;
  readonly colors: Colors;
}

/** Each event before and after every transform, and what it all came to. */
export function triedText({ events, metrics, log }: TriedPipeline, options: TryTextOptions): string {
  const { colors, only } = options;
  const shown = events.map((tried) => eventText(tried, options));
  const quiet = shown.filter((text) => text === undefined).length;
  return [
    ...shown.filter((text) => text !== undefined),
    ...(quiet > 0 ? [colors.dim(`${plural(quiet, 'event')} to which ${[...only].join(', ')} did nothing.`), ''] : []),
    ...log
      .filter(({ transform }) => only.has(transform))
      .map(({ transform, level, message }) => `${colors.bold(transform)} ${level}: ${harmless(message)}`),
    summaryText(events, colors),
    ...Object.entries(metrics).map(([name, count]) => `counted ${name}: ${countText(count)}`),
    'Nothing was written.',
  ].join('\n');
}

/** Undefined for an event to which none of the transforms shown did anything, when not all are shown. */
function eventText(tried: TriedEvent, options: TryTextOptions): string | undefined {
  const { only, columns, colors } = options;
  const steps = tried.steps.filter(({ transform }) => only.has(transform));
  const isAll = tried.steps.length === steps.length;
  const isQuiet = steps.every((step) => step.verdict === undefined && step.parts === 0 && isUnchanged(step, columns));
  if (!isAll && isQuiet) return undefined;
  const width = Math.max(0, ...steps.map(({ transform }) => transform.length));
  const madeBy = tried.madeBy === undefined ? '' : ` (made by ${tried.madeBy})`;
  return [
    `${colors.bold(nameOf(tried))}  ${colors.dim(`${harmless(tried.key)} record ${tried.index}${madeBy}`)}`,
    ...(tried.event ? [`  ${colors.dim(cut(sentText(tried.event), SENT_CHARACTERS))}`] : []),
    ...steps.flatMap((step) => stepLines(step, width, options)),
    ...endLines(tried, colors),
    '',
  ].join('\n');
}

/** What the client sent, without what the ingest added. */
function sentText({ _ingest, ...sent }: JsonObject): string {
  return harmless(JSON.stringify(sent));
}

function isUnchanged(step: TriedStep, columns: Columns): boolean {
  return changedColumns(step, columns).length === 0;
}

function nameOf({ event, row }: TriedEvent): string {
  const name = row?.['event_name'] ?? event?.['eventName'] ?? event?.['event_name'];
  return typeof name === 'string' ? harmless(name.slice(0, 80)) : event ? 'an event without a name' : 'no event';
}

function stepLines(step: TriedStep, width: number, { columns, colors }: TryTextOptions): string[] {
  const changed = changedColumns(step, columns);
  const nameWidth = Math.max(0, ...changed.map((name) => name.length));
  const lines = changed.flatMap((name) => {
    const [before, after] = [step.before[name] ?? null, step.after[name] ?? null];
    return changeLines(columns[name], before, after, colors).map(
      (line, at) => `${line.sign} ${(at === 0 ? name : '').padEnd(nameWidth)}  ${line.text}`,
    );
  });
  if (step.parts > 0) lines.push(colors.cyan(`= ${plural(step.parts, 'event')} made of it, below`));
  if (step.verdict) lines.push(verdictText(step.verdict, colors));
  if (lines.length === 0) lines.push(colors.dim('no change'));
  return lines.map((line, at) => `  ${colors.cyan((at === 0 ? step.transform : '').padEnd(width))}  ${line}`);
}

interface Line {
  readonly sign: string;
  readonly text: string;
}

/** How a value changed: what is new in green, what is gone in red, and of a text or JSON the parts that differ. */
function changeLines(declared: Column | undefined, before: unknown, after: unknown, colors: Colors): Line[] {
  const plus = (text: string): Line => ({ sign: colors.green('+'), text });
  const minus = (text: string): Line => ({ sign: colors.red('-'), text });
  if (before === null) return [plus(colors.green(cut(valueText(declared, after))))];
  if (after === null) return [minus(colors.red(cut(valueText(declared, before))))];
  if (declared?.type === 'jsonb') {
    const lines = diffLines(pretty(before), pretty(after)).filter(({ added, removed }) => added || removed);
    return lines.flatMap(({ added, value }) =>
      value
        .trimEnd()
        .split('\n')
        .map((line) => (added ? plus(colors.green(cut(line))) : minus(colors.red(cut(line))))),
    );
  }
  const parts = diffWordsWithSpace(cut(valueText(declared, before)), cut(valueText(declared, after)));
  const painted = (side: 'added' | 'removed', paint: (text: string) => string): string =>
    parts
      .filter((part: ChangeObject<string>) => part[side] || (!part.added && !part.removed))
      .map((part) => (part[side] ? colors.bold(paint(part.value)) : part.value))
      .join('');
  return [minus(painted('removed', colors.red)), plus(painted('added', colors.green))];
}

/** A value as the table would show it. */
function valueText(declared: Column | undefined, value: unknown): string {
  if (declared?.type === 'timestamptz' && typeof value === 'number' && Math.abs(value) <= 8.64e15) {
    return new Date(value).toISOString();
  }
  return harmless(inOneLine(value));
}

/** From JavaScript anything may be in a row, also what JSON has no word for. */
function inOneLine(value: unknown): string {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value);
}

function pretty(value: unknown): string {
  // Line by line, and each without what a terminal would obey.
  const text = typeof value === 'object' ? JSON.stringify(value, null, 2) : inOneLine(value);
  return text.split('\n').map(harmless).join('\n');
}

function cut(text: string, most = SHOWN_CHARACTERS): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function verdictText(verdict: Verdict, colors: Colors): string {
  if (verdict.kind === 'rejected') return colors.red(`rejected (${verdict.code}): ${harmless(verdict.detail)}`);
  const duplicate = verdict.reason === 'duplicate';
  return colors.yellow(duplicate ? 'left out as a duplicate' : `dropped: ${harmless(verdict.reason)}`);
}

/** What keeps an event from the table, where no transform shown has said it. */
function endLines({ end, steps, row }: TriedEvent, colors: Colors): string[] {
  if (row) return [`  ${colors.green('→ a row')}`];
  if (!end) return [];
  const isTold = steps.some(({ transform }) => transform === end.by);
  return isTold ? [`  → no row`] : [`  → no row: ${verdictText(end.verdict, colors)}, by ${end.by}`];
}

/** How many there were, and what became of them, by reason. */
function summaryText(events: readonly TriedEvent[], colors: Colors): string {
  const made = events.filter(({ madeBy }) => madeBy !== undefined).length;
  const ends = new Map<string, number>();
  for (const { end } of events) {
    if (!end) continue;
    const { by, verdict } = end;
    const why =
      verdict.kind === 'rejected'
        ? `rejected by ${by} (${verdict.code})`
        : `dropped by ${by} (${harmless(verdict.reason)})`;
    ends.set(why, (ends.get(why) ?? 0) + 1);
  }
  const rows = events.filter(({ row }) => row !== undefined).length;
  const parts = [
    colors.green(plural(rows, 'row')),
    ...Array.from(ends, ([why, count]) =>
      (why.startsWith('rejected') ? colors.red : colors.yellow)(`${countText(count)} ${why}`),
    ),
  ];
  const split = made > 0 ? ` and ${countText(made)} made of them` : '';
  return `${plural(events.length - made, 'event')}${split}: ${parts.join(', ')}.`;
}
