import type { ChangedEvent, Difference, Figures } from '../etl/replay/difference.ts';
import type { Replayed } from '../etl/replay/replay.ts';
import type { Colors } from './output.ts';
import { formatTable } from './table.ts';
import { countText, plural } from './text.ts';

/** Characters of a value that an example shows. */
const SHOWN = 60;

/** What a replay found, as a person reads it. */
export function replayText({ applied, loaded, difference, before, after }: Replayed, colors: Colors): string {
  const { inserted, changed, removed, kept } = difference;
  const verb = applied ? '' : 'would be ';
  const parts = [
    `Read ${plural(loaded.read, 'record')} of ${plural(loaded.hours.length, 'hour')}.\n` +
      `Events: ${countText(inserted)} ${verb}inserted, ${countText(changed)} ${verb}changed, ` +
      `${countText(removed)} ${verb}removed, ${countText(kept)} unchanged.`,
  ];
  if (difference.columns.length > 0) {
    const rows = difference.columns.map(({ name, events }) => [name, countText(events)]);
    parts.push(formatTable([{ title: 'column' }, { title: 'changed events', numeric: true }], rows));
  }
  parts.push(figuresText(before, after, difference.rejects, colors));
  if (difference.examples.length > 0) {
    parts.push(difference.examples.map((example) => exampleText(example, colors)).join('\n'));
  }
  parts.push(applied ? 'The hours are replaced and settled.' : 'Nothing was changed; --apply replaces the hours.');
  return parts.join('\n\n');
}

/** The same as a program reads it. */
export function replayDocument({ applied, loaded, difference, before, after }: Replayed): object {
  const { columns, ...counts } = difference;
  return {
    applied,
    loaded,
    ...counts,
    columns: Object.fromEntries(columns.map(({ name, events }) => [name, events])),
    before,
    after,
  };
}

function figuresText(before: Figures, after: Figures, rejects: Difference['rejects'], colors: Colors): string {
  const row = (name: string, was: string, is: string): string[] => [name, was, is === was ? is : colors.yellow(is)];
  const count = (name: string, of: (figures: Figures) => number): string[] =>
    row(name, countText(of(before)), countText(of(after)));
  const rate = ({ sessions }: Figures, part: number): string =>
    sessions === 0 ? '-' : `${((part / sessions) * 100).toFixed(1)} %`;
  const currencies = [...new Set([...Object.keys(before.revenue), ...Object.keys(after.revenue)])].sort();
  return formatTable(
    [{ title: '' }, { title: 'before', numeric: true }, { title: 'after', numeric: true }],
    [
      count('events', ({ events }) => events),
      count('visitors', ({ visitors }) => visitors),
      count('sessions', ({ sessions }) => sessions),
      row('bounce rate', rate(before, before.bounces), rate(after, after.bounces)),
      row('conversion', rate(before, before.converted), rate(after, after.converted)),
      count('orders', ({ orders }) => orders),
      ...currencies.map((currency) =>
        row(`revenue ${currency}`.trimEnd(), before.revenue[currency] ?? '0', after.revenue[currency] ?? '0'),
      ),
      row('rejects of these hours', countText(rejects.before), countText(rejects.after)),
    ],
  );
}

function exampleText({ fate, eventId, old, new: now }: ChangedEvent, colors: Colors): string {
  if (fate === 'insert') return colors.green(`+ ${eventId} ${shownText(now!['event_name'])}`);
  if (fate === 'remove') return colors.red(`- ${eventId} ${shownText(old!['event_name'])}`);
  // A derived session's id follows from the other events.
  const isDerived = old!['session_derived'] === true && now!['session_derived'] === true;
  const columns = Object.keys(now!).filter((name) => !(isDerived && name === 'session_id'));
  const lines = columns
    .filter((name) => JSON.stringify(old![name]) !== JSON.stringify(now![name]))
    .flatMap((name) => [
      colors.red(`  - ${name}: ${shownText(old![name])}`),
      colors.green(`  + ${name}: ${shownText(now![name])}`),
    ]);
  return [`~ ${eventId}`, ...lines].join('\n');
}

/** A value on one line, which cannot command the terminal. */
function shownText(value: unknown): string {
  const text = JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...`;
}
