import { readEtlSettings, type EtlSettings } from '../config/settings.ts';
import { blankBucket, type BlankReport } from '../etl/blank/blank-bucket.ts';
import type { HourUnit } from '../etl/pipeline/hours.ts';
import { checkNoOtherColumns } from '../warehouse/other-columns.ts';
import type { Persons } from '../warehouse/persons.ts';
import type { EraseFlags } from './erase-flags.ts';
import { say } from './output.ts';
import { pipelineOf } from './pipeline-file.ts';
import { rawProgressText } from './raw-text.ts';
import { stopOnSignals } from './stop-signals.ts';

const PROGRESS_EVERY_MS = 5_000;

/** The part of an erasure that is about raw objects. */
interface Blank {
  readonly settings: EtlSettings;
  readonly run: (persons: Persons) => Promise<BlankReport>;
}

/**
 * What `--raw` will do, once all that may be wrong with its settings and its pipeline has been found.
 *
 * @throws ClickstreamError `invalid_config`, `other_pipeline`, and those of a pipeline file.
 */
export async function readBlank(flags: EraseFlags, hours: readonly HourUnit[] | undefined): Promise<Blank> {
  const settings = readEtlSettings(process.env);
  const pipeline = await pipelineOf(flags.pipeline);
  await checkNoOtherColumns(settings, pipeline.columns);
  const run = async (persons: Persons): Promise<BlankReport> => {
    const stop = stopOnSignals({
      onStop: () => say('Stopping after what is in hand; once more to stop now.'),
      onExit: () => undefined,
    });
    let said_ms = performance.now();
    const onProgress = (report: BlankReport): void => {
      if (flags.json === true || performance.now() - said_ms < PROGRESS_EVERY_MS) return;
      said_ms = performance.now();
      say(rawProgressText(report));
    };
    try {
      const dryRun = flags.dryRun === true;
      return await blankBucket(persons, settings, { hours, pipeline, dryRun, signal: stop.signal, onProgress });
    } finally {
      stop.release();
    }
  };
  return { settings, run };
}
