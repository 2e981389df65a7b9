import { readEtlSettings } from '../config/settings.ts';
import { ClickstreamError } from '../errors.ts';
import { keepHeapSmall } from '../etl/pipeline/heap.ts';
import { replay } from '../etl/replay/replay.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson, say } from './output.ts';
import { pipelineOf } from './pipeline-file.ts';
import { readReplayFlags, type ReplayFlags } from './replay-flags.ts';
import { replayDocument, replayText } from './replay-text.ts';
import { reportError } from './report-error.ts';
import { stepProgress } from './step-progress.ts';
import { stopOnSignals } from './stop-signals.ts';

/**
 * `clickstream replay`: says what the code and the rule at hand would make of hours, and with `--apply` makes it so.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function replayCommand(flags: ReplayFlags): Promise<number> {
  keepHeapSmall();
  const request = readReplayFlags(flags, Date.now());
  const pipeline = await pipelineOf(flags.pipeline);
  const settings = readEtlSettings(process.env);
  const progress = stepProgress(process.stderr);
  const stop = stopOnSignals({
    onStop: () => say('Stopping before anything is applied; once more to stop now.'),
    onExit: () => progress.close(),
  });
  try {
    const replayed = await replay(request, settings, {
      pipeline,
      apply: flags.apply === true,
      stop: stop.signal,
      onStep: progress.onStep,
    });
    progress.close();
    if (flags.json === true) printJson(replayDocument(replayed));
    else print(replayText(replayed, colorsFor(process.stdout, process.env)));
    return EXIT.complete;
  } catch (error) {
    progress.close();
    if (!(error instanceof ClickstreamError) || error.code !== 'hour_busy') throw error;
    reportError(error, flags.json === true);
    return EXIT.busy;
  } finally {
    progress.close();
    stop.release();
  }
}
