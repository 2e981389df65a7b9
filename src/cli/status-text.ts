import { HOUR_MS } from '../etl/pipeline/hours.ts';
import type { LastRun, OpenHour, WarehouseStatus } from '../warehouse/status.ts';
import type { Judgement } from '../warehouse/verdict.ts';
import type { Colors } from './output.ts';
import { formatTable } from './table.ts';
import { countText, durationText, hourText, plural } from './text.ts';

/** What an open hour's state means, in a few words. */
const STATES: Readonly<Record<OpenHour['state'], string>> = {
  never: 'never run',
  running: 'running',
  failed: 'failed',
  lost: 'its run died',
  open: 'not to its end',
};

/** The verdict in one line, with what to do when it is a bad one. */
export function verdictLine({ at_ms, hours, lastRun, lastCompleted_ms }: WarehouseStatus, judged: Judgement): string {
  const [first] = judged.hours;
  switch (judged.verdict) {
    case 'working': {
      const last =
        lastCompleted_ms === null ? '' : `, ${hourText(lastCompleted_ms)} ${lagText(lastCompleted_ms, at_ms)}`;
      return `working: every hour that is due is in${last}`;
    }
    case 'behind':
      return lastRun === null
        ? 'behind: nothing was ever loaded; run "clickstream etl"'
        : `behind: ${countText(judged.hours.length)} of the last ${plural(hours, 'hour')} are not in, the oldest ` +
            `${hourText(first!.hour_ms)}; "clickstream etl" goes on with them`;
    case 'failing': {
      const what = first ? hourText(first.hour_ms) : 'the last run';
      const code = first ? first.errorCode : (lastRun?.errorCode ?? null);
      const how = first?.state === 'lost' || lastRun?.status === 'lost' ? 'was left by a run that died' : 'failed';
      return `failing: ${what} ${code === null ? how : `failed with ${code}`}; see what its run logged, then run it again`;
    }
  }
}

/** All of a status, for a terminal. */
export function statusText(status: WarehouseStatus, judged: Judgement, colors: Colors): string {
  const { at_ms, lastCompleted_ms, lastRun, hours, open, rejects, unsettledMarks } = status;
  const paint = { working: colors.green, behind: colors.yellow, failing: colors.red }[judged.verdict];
  const facts = [
    [
      'last completed hour',
      lastCompleted_ms === null ? 'none' : `${hourText(lastCompleted_ms)}, ${lagText(lastCompleted_ms, at_ms)}`,
    ],
    ['last run', lastRun === null ? 'none' : lastRunText(lastRun, at_ms)],
    ['open hours', open.length === 0 ? `none of the last ${hours}` : `${open.length} of the last ${hours}`],
    ['rejects, last 24 h', rejects.map(({ code, count }) => `${code} ${countText(count)}`).join(', ') || 'none'],
    ['unsettled marks', unsettledMarks === 0 ? 'none' : `${countText(unsettledMarks)}, for the next run to settle`],
  ];
  const blocks = [
    paint(verdictLine(status, judged)),
    formatTable(
      [{ title: '' }, { title: '' }],
      facts.map(([name, value]) => [colors.dim(name), value!]),
    ).trimStart(),
  ];
  if (open.length > 0) blocks.push(openTable(open, at_ms, colors));
  return blocks.join('\n\n');
}

function lagText(hour_ms: number, at_ms: number): string {
  return `over for ${durationText(at_ms - hour_ms - HOUR_MS)}`;
}

function lastRunText(run: LastRun, at_ms: number): string {
  const { status, errorCode, trigger, started_ms, hours, processed, read, inserted, duplicates, rejected, dropped } =
    run;
  const how = errorCode === null ? status : `${status} (${errorCode})`;
  const counts = Object.entries({ objects: processed, read, inserted, duplicates, rejected, dropped })
    .map(([name, count]) => `${countText(count)} ${name}`)
    .join(', ');
  return `${how}, ${durationText(at_ms - started_ms)} ago, ${trigger}, ${plural(hours, 'hour')}: ${counts}`;
}

/** Hours that follow one another and are open for the same reason share a line: after an outage there are many. */
function openTable(open: readonly OpenHour[], at_ms: number, colors: Colors): string {
  const stretches: OpenHour[][] = [];
  for (const hour of open) {
    const last = stretches.at(-1)?.at(-1);
    if (last && follows(hour, last)) stretches.at(-1)!.push(hour);
    else stretches.push([hour]);
  }
  const rows = stretches.map((hours) => {
    const [first, last] = [hours[0]!, hours.at(-1)!];
    const { state, errorCode, lastTry_ms } = last;
    const when = hourText(first.hour_ms);
    return [
      hours.length === 1 ? when : `${when} to ${hourText(last.hour_ms)}`,
      state === 'failed' || state === 'lost' ? colors.red(STATES[state]) : STATES[state],
      errorCode ?? '',
      lastTry_ms === null ? '' : `${durationText(at_ms - lastTry_ms)} ago`,
    ];
  });
  return formatTable([{ title: 'open hours' }, { title: 'state' }, { title: 'error' }, { title: 'last run' }], rows);
}

function follows(hour: OpenHour, last: OpenHour): boolean {
  return hour.hour_ms === last.hour_ms + HOUR_MS && hour.state === last.state && hour.errorCode === last.errorCode;
}
