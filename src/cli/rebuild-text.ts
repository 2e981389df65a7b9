import type { SettlingRule } from '../config/settling-rule.ts';
import type { Rebuilt, RebuildPreview } from '../warehouse/rebuild.ts';
import type { SettledState } from '../warehouse/settled-state.ts';
import type { Colors } from './output.ts';
import { isSameRule, ruleDocument, ruleText } from './rule-text.ts';
import { formatTable } from './table.ts';
import { countText, plural } from './text.ts';

/** What a rebuild came to: the rule, rows per table before and after, revenue. */
export function rebuiltText({ formerRule, before, after }: Rebuilt, rule: SettlingRule, colors: Colors): string {
  const rows = after.rows.map(({ table, rows: now }, at) => {
    const then = before.rows[at]!.rows;
    return [nameOf(table), countText(then), countText(now), changeText(then, now, colors)];
  });
  const currencies = [...new Set([...Object.keys(before.revenue), ...Object.keys(after.revenue)])].sort();
  const revenue = currencies.map((currency) => {
    const [then, now] = [before.revenue[currency] ?? '0', after.revenue[currency] ?? '0'];
    return [`revenue ${currency}`.trimEnd(), then, now, then === now ? '' : colors.yellow('changed')];
  });
  const columns = [
    { title: '' },
    { title: 'before', numeric: true },
    { title: 'after', numeric: true },
    { title: 'change', numeric: true },
  ];
  return [...ruleLines(formerRule, rule, colors), '', formatTable(columns, [...rows, ...revenue])].join('\n');
}

/** What a rebuild would start from. */
export function previewText(
  { formerRule, events, before }: RebuildPreview,
  rule: SettlingRule,
  colors: Colors,
): string {
  const sessions = before.rows.find(({ table }) => table === 'sessions')!.rows;
  return [
    ...ruleLines(formerRule, rule, colors),
    `${plural(events, 'event')} would be read. Sessions now: ${countText(sessions)}.`,
    'Nothing was changed. "clickstream sessions what-if" says what another rule would change.',
  ].join('\n');
}

/** What a rebuild, or its preview, says to a program. */
export function rebuildDocument(
  { formerRule, before, ...rest }: Rebuilt | RebuildPreview,
  rule: SettlingRule,
  dryRun: boolean,
): object {
  return {
    dryRun,
    formerRule: ruleDocument(formerRule),
    rule: ruleDocument(rule),
    ...('events' in rest ? { events: rest.events } : {}),
    before: stateDocument(before),
    ...('after' in rest ? { after: stateDocument(rest.after) } : {}),
  };
}

function ruleLines(former: SettlingRule | undefined, rule: SettlingRule, colors: Colors): string[] {
  if (!former) return [`rule: ${ruleText(rule)} (there was none)`];
  if (isSameRule(former, rule)) return [`rule: ${ruleText(rule)} (unchanged)`];
  return [`rule: ${colors.bold(ruleText(rule))}`, `was:  ${ruleText(former)}`];
}

function stateDocument({ rows, revenue }: SettledState): object {
  return { rows: Object.fromEntries(rows.map(({ table, rows: count }) => [table, count])), revenue };
}

/** `quarterly pages` for `quarterlyPages`. */
function nameOf(table: string): string {
  return table.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function changeText(before: number, after: number, colors: Colors): string {
  if (before === after) return '';
  return colors.yellow(after > before ? `+${countText(after - before)}` : `-${countText(before - after)}`);
}
