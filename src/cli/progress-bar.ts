import { SingleBar } from 'cli-progress';
import { RunTally, type ProgressReport } from './progress.ts';
import { countText, unitText } from './text.ts';

/** For one hour a counter that moves: how many objects it has is known only when the last one was listed. */
const COUNTER = '{unit}  {objects} objects  {records} records  {rate} records/s  {duration_formatted}{note}';
const BAR = '{bar} {value}/{total} hours  {unit}  {records} records  {rate} records/s  {duration_formatted}{note}';

/** Shows progress on a terminal: one line that is drawn again and again, and is gone in the end. */
export function progressBar(stream: NodeJS.WritableStream, hours: number): ProgressReport {
  const tally = new RunTally(performance.now());
  let note = '';
  let closed = false;
  const bar = new SingleBar({
    stream,
    format: hours > 1 ? BAR : COUNTER,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl-C means finish what is in hand, and the line goes on meanwhile.
    gracefulExit: false,
    forceRedraw: true,
    fps: 5,
  });
  const fields = (): Record<string, string> => ({
    unit: tally.unit === '' ? 'starting' : unitText(tally.unit),
    objects: countText(tally.objects),
    records: countText(tally.records),
    rate: countText(tally.perSecond(performance.now())),
    note,
  });
  const draw = (): void => bar.update(tally.hours, fields());
  const end = (): void => {
    tally.ended();
    draw();
  };
  bar.start(hours, 0, fields());
  return {
    onProgress: (unit, counts) => {
      tally.committed(unit, counts);
      draw();
    },
    onUnit: end,
    onUnitFailed: end,
    onStop: () => {
      note = '  stopping after what is in hand (Ctrl-C again: at once)';
      draw();
    },
    close: () => {
      // Stopping it twice would draw it twice.
      if (!closed) bar.stop();
      closed = true;
    },
  };
}
