import type { NowAndThen, PauseCount, SessionFigures, WhatIf } from '../warehouse/what-if.ts';
import type { Colors } from './output.ts';
import { ruleDocument, ruleText } from './rule-text.ts';
import { formatTable, type TableColumn } from './table.ts';
import { countText, durationText, plural } from './text.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: '' },
  { title: 'now', numeric: true },
  { title: 'then', numeric: true },
];
const BAR = 30;

/** What another rule would change, as a person reads it. */
export function whatIfText(found: WhatIf, byDay: boolean, colors: Colors): string {
  const { rule, otherRule, total, days, clientSessions, pauses } = found;
  const { now, then, split, joined } = total;
  const parts = [
    `now:  ${ruleText(rule)}\nthen: ${colors.bold(ruleText(otherRule))}`,
    formatTable(COLUMNS, [
      ['sessions', countText(now.sessions), countText(then.sessions)],
      ['visitors', countText(now.visitors), countText(then.visitors)],
      ['sessions per visitor', ratio(now.sessions, now.visitors), ratio(then.sessions, then.visitors)],
      ['average length', lengthText(now), lengthText(then)],
      ['bounce rate', percent(now.bounces, now.sessions), percent(then.bounces, then.sessions)],
      ['conversion', percent(now.ordered, now.sessions), percent(then.ordered, then.sessions)],
    ]),
    `${countText(split)} of now would be split, ${countText(joined)} of then are joined from several.\n` +
      `Not counted: ${plural(clientSessions, 'session')} that clients named, which no rule changes.`,
  ];
  if (byDay) parts.push(daysText(days));
  parts.push(pausesText(pauses, rule.sessionTimeout_ms, otherRule.sessionTimeout_ms, colors));
  return parts.join('\n\n');
}

/** The same as a program reads it. */
export function whatIfDocument(
  { rule, otherRule, total, days, clientSessions, pauses }: WhatIf,
  byDay: boolean,
): object {
  return {
    now: { rule: ruleDocument(rule), ...figuresDocument(total.now) },
    then: { rule: ruleDocument(otherRule), ...figuresDocument(total.then) },
    split: total.split,
    joined: total.joined,
    clientSessions,
    ...(byDay ? { days: Object.fromEntries(Array.from(days, ([day, figures]) => [day, dayDocument(figures)])) } : {}),
    pauses: pauses.map(({ over_ms, to_ms, pauses: count }) => ({
      overMinutes: over_ms / 60_000,
      toMinutes: Number.isFinite(to_ms) ? to_ms / 60_000 : null,
      pauses: count,
    })),
  };
}

function dayDocument({ now, then, split, joined }: NowAndThen): object {
  return { now: figuresDocument(now), then: figuresDocument(then), split, joined };
}

function figuresDocument({ sessions, visitors, duration_ms, bounces, ordered }: SessionFigures): object {
  return {
    sessions,
    visitors,
    averageLengthMs: sessions === 0 ? null : Math.round(duration_ms / sessions),
    bounceRate: sessions === 0 ? null : bounces / sessions,
    conversion: sessions === 0 ? null : ordered / sessions,
  };
}

function daysText(days: WhatIf['days']): string {
  const columns = [
    { title: 'day' },
    ...['now', 'then', 'difference', 'split', 'joined'].map((title) => ({ title, numeric: true })),
  ];
  const rows = Array.from(days, ([day, { now, then, split, joined }]) => {
    const difference = then.sessions - now.sessions;
    const sign = difference > 0 ? '+' : difference < 0 ? '-' : '';
    const counts = [countText(now.sessions), countText(then.sessions), sign + countText(Math.abs(difference))];
    return [day, ...counts, countText(split), countText(joined)];
  });
  return formatTable(columns, rows);
}

/** Bars for the pauses around the timeouts; the many short ones before would leave nothing of the others. */
function pausesText(pauses: readonly PauseCount[], now_ms: number, then_ms: number, colors: Colors): string {
  const middle = pauses.slice(1, -1);
  const most = Math.max(1, ...middle.map((one) => one.pauses));
  const rows = pauses.map(({ over_ms, to_ms, pauses: count }, at) => {
    const isMiddle = at > 0 && at < pauses.length - 1;
    const bar = isMiddle ? '█'.repeat(Math.ceil((count / most) * BAR)) : '';
    const ends = [to_ms === now_ms ? 'timeout now' : '', to_ms === then_ms ? 'timeout then' : ''];
    const note = ends.filter((end) => end !== '').join(', ');
    return [spanText(over_ms, to_ms), countText(count), [bar, note && colors.bold(`< ${note}`)].join(' ').trim()];
  });
  const columns = [{ title: 'pause, minutes' }, { title: 'pauses', numeric: true }, { title: '' }];
  return formatTable(columns, rows);
}

function spanText(over_ms: number, to_ms: number): string {
  const [over, to] = [over_ms / 60_000, to_ms / 60_000];
  if (!Number.isFinite(to)) return `over ${over}`;
  return over === 0 ? `up to ${to}` : `${over} to ${to}`;
}

function lengthText({ sessions, duration_ms }: SessionFigures): string {
  return sessions === 0 ? '-' : durationText(duration_ms / sessions);
}

function ratio(of: number, by: number): string {
  return by === 0 ? '-' : (of / by).toFixed(2);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((part / whole) * 100).toFixed(1)} %`;
}
