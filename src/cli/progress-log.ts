import { ClickstreamError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { RunTally, type ProgressReport } from './progress.ts';

const EVERY_MS = 5_000;

/** Shows progress as lines of a log: one per hour, and while an hour takes long one in five seconds. */
export function progressLog(log: Logger, now_ms: () => number = () => performance.now()): ProgressReport {
  const tally = new RunTally(now_ms());
  let last_ms = now_ms();
  return {
    onProgress: (unit, counts) => {
      tally.committed(unit, counts);
      const at_ms = now_ms();
      if (at_ms - last_ms < EVERY_MS) return;
      last_ms = at_ms;
      const { objects, records } = tally;
      log.info({ unit: tally.unit, objects, records, recordsPerSecond: tally.perSecond(at_ms) }, 'progress');
    },
    onUnit: (result) => {
      tally.ended();
      last_ms = now_ms();
      // A scheduled run looks at a day of hours that need nothing.
      if (result.unchanged) log.debug(result, 'hour');
      else log.info(result, 'hour');
    },
    onUnitFailed: ({ prefix, error }) => {
      tally.ended();
      last_ms = now_ms();
      // The message of any other error may quote an event.
      if (error instanceof ClickstreamError) log.error({ prefix, code: error.code }, error.message);
      else log.error({ prefix, code: 'unexpected' }, 'A defect; the error that ends the run says where.');
    },
    onStop: () => log.warn('Stopping after what is in hand; a second signal stops at once.'),
    close: () => undefined,
  };
}
