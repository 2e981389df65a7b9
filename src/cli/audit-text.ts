import { isAtFault, type AuditState, type FoundKeys, type HourAudit } from '../warehouse/audit-hour.ts';
import type { Colors } from './output.ts';
import { bytesText, countText, hourText, plural } from './text.ts';

/** What an audit came to, over all of its hours. */
export interface AuditTotals {
  hours: number;
  /** Hours that are to be run again. */
  atFault: number;
  /** Hours that may still receive keys. */
  notOver: number;
  objects: number;
  bytes: number;
  unread: number;
  changed: number;
  gone: number;
  /** Objects in no hour's folder. */
  strays: number;
}

export function noTotals(): AuditTotals {
  return { hours: 0, atFault: 0, notOver: 0, objects: 0, bytes: 0, unread: 0, changed: 0, gone: 0, strays: 0 };
}

/** Adds an hour to the totals, in place. */
export function addHour(totals: AuditTotals, audit: HourAudit): void {
  totals.hours += 1;
  if (isAtFault(audit)) totals.atFault += 1;
  if (!audit.over) totals.notOver += 1;
  totals.objects += audit.objects;
  totals.bytes += audit.bytes;
  // What comes before an hour is over is not missing.
  if (audit.over) totals.unread += audit.unread.count;
  totals.changed += audit.changed.count;
  totals.gone += audit.gone.count;
}

const STATES: Readonly<Record<AuditState, string>> = {
  completed: '',
  never: 'never run',
  running: 'a run is at work on it',
  failed: 'its last run failed',
  lost: 'its last run died',
  open: 'not read to its end',
};

/** What there is to say of an hour: a line with what to do, then keys; nothing for an hour that is as it should be. */
export function hourLines(audit: HourAudit, colors: Colors): string[] {
  const { hour_ms, state, errorCode, over, unread, changed, gone, imbalances, compared } = audit;
  const said: string[] = [];
  // An hour without an object is nothing that a run has missed.
  if (state !== 'completed' && (state !== 'never' || unread.count > 0)) {
    said.push(state === 'failed' && errorCode !== null ? `${STATES.failed} with ${errorCode}` : STATES[state]);
  }
  if (unread.count > 0) said.push(`${plural(unread.count, 'object')} not read`);
  if (changed.count > 0) {
    const what = plural(changed.count, 'object');
    said.push(compared === 'keys' ? `${what} changed since read` : 'its objects are not those that were read');
  }
  if (gone.count > 0) said.push(`${plural(gone.count, 'object')} read and gone from the bucket`);
  said.push(...imbalances);
  if (said.length === 0) return [];
  if (compared === 'counts') said.push('read before manifests were kept: only counts compared');
  const hour = hourText(hour_ms);
  const lines = !over
    ? [`${hour}  ${said.join('; ')}; not over yet, its next runs read it`]
    : isAtFault(audit)
      ? [`${colors.red(hour)}  ${said.join('; ')}; ${adviceFor(audit)}`]
      : [`${hour}  ${said.join('; ')}`];
  return [
    ...lines,
    ...keyLines('not read', unread, colors),
    ...keyLines('changed', changed, colors),
    ...keyLines('gone', gone, colors),
  ];
}

function adviceFor({ state, hour_ms }: HourAudit): string {
  if (state === 'running') return 'audit it again when that has ended';
  return `run "clickstream etl --hour ${hourText(hour_ms)}"`;
}

function keyLines(kind: string, { count, keys }: FoundKeys, colors: Colors): string[] {
  const lines = keys.map((key) => `  ${colors.dim(kind.padEnd(8))}  ${key}`);
  if (keys.length === 0 || keys.length === count) return lines;
  // Of an object that is gone only a hash is left, unless it was the first or the last of its batch.
  const rest = `and ${countText(count - keys.length)} more`;
  return [...lines, `  ${colors.dim(kind === 'gone' ? rest : `${rest}; --keys names them all`)}`];
}

/** What it all came to, the verdict first. */
export function summaryLines(totals: AuditTotals, colors: Colors): string[] {
  const { hours, atFault, notOver, objects, bytes, unread, changed, gone, strays } = totals;
  const verdict =
    atFault === 0
      ? colors.green(`${plural(hours, 'hour')}: everything is in`)
      : colors.red(`${plural(hours, 'hour')}: ${plural(atFault, 'hour')} to run again`);
  const counted = [
    `${plural(objects, 'object')} (${bytesText(bytes)}) in the bucket`,
    `${countText(unread)} not read`,
    `${countText(changed)} changed`,
    `${countText(gone)} gone`,
  ];
  if (notOver > 0) counted.push(`${plural(notOver, 'hour')} not over yet`);
  const lines = [`${verdict}. ${counted.join(', ')}.`];
  if (strays > 0) {
    lines.push(`${plural(strays, 'object lies', 'objects lie')} in no hour's folder, and no run reads them.`);
  }
  return lines;
}
