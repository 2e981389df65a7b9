import { readSettlingSettings } from '../config/settings.ts';
import { prune } from '../warehouse/prune.ts';
import { confirmForGood, mustBeAbleToAsk } from './confirm.ts';
import { EXIT } from './exit-codes.ts';
import { print, printJson, say } from './output.ts';
import { readPruneRequest, type PruneFlags } from './prune-flags.ts';
import { prunedText } from './prune-text.ts';
import { stopOnSignals } from './stop-signals.ts';
import { countText, isoText } from './text.ts';

/**
 * `clickstream prune`: deletes what is older than it is kept.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function pruneCommand(flags: PruneFlags): Promise<number> {
  const settings = readSettlingSettings(process.env);
  const request = readPruneRequest(flags, Date.now(), settings.reportingTimeZone);
  mustBeAbleToAsk(flags);
  const isQuiet = flags.json === true;
  if (flags.dryRun === true || flags.yes !== true) {
    const found = await prune(settings, request, { dryRun: true });
    if (flags.dryRun === true && isQuiet) printJson(document(found, true, false));
    else (flags.dryRun === true ? print : say)(prunedText(found, true));
    if (flags.dryRun === true) return EXIT.complete;
    if (!(await confirmForGood('They are deleted for good.'))) {
      if (!isQuiet) print('Nothing was changed.');
      return EXIT.failed;
    }
  }
  const stop = stopOnSignals({
    onStop: () => say('Stopping after what is in hand; once more to stop now.'),
    onExit: () => undefined,
  });
  try {
    const pruned = await prune(settings, request, {
      signal: stop.signal,
      onProgress: (done, all) => {
        if (!isQuiet) say(`${countText(done)} of ${countText(all)} events deleted`);
      },
    });
    const isStopped = stop.signal.aborted;
    if (isQuiet) printJson(document(pruned, false, isStopped));
    else print(prunedText(pruned, false));
    return isStopped ? EXIT.partial : EXIT.complete;
  } finally {
    stop.release();
  }
}

function document(
  { keptFrom_ms, ...counts }: Awaited<ReturnType<typeof prune>>,
  dryRun: boolean,
  stopped: boolean,
): object {
  return { dryRun, stopped, keptFrom: isoText(keptFrom_ms), ...counts };
}
