import { readSettlingSettings } from '../config/settings.ts';
import { previewRebuild, rebuild } from '../warehouse/rebuild.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson } from './output.ts';
import { previewText, rebuildDocument, rebuiltText } from './rebuild-text.ts';
import { stepProgress } from './step-progress.ts';

/** The flags of `clickstream rebuild`. */
export interface RebuildFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/**
 * `clickstream rebuild`: works out anew what is made from the events, or says what that would start from.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function rebuildCommand({ dryRun = false, json = false }: RebuildFlags): Promise<number> {
  const settings = readSettlingSettings(process.env);
  const colors = colorsFor(process.stdout, process.env);
  if (dryRun) {
    const preview = await previewRebuild(settings);
    if (json) printJson(rebuildDocument(preview, settings, true));
    else print(previewText(preview, settings, colors));
    return EXIT.complete;
  }
  const progress = stepProgress(process.stderr);
  try {
    const rebuilt = await rebuild(settings, settings, { onStep: progress.onStep });
    progress.close();
    if (json) printJson(rebuildDocument(rebuilt, settings, false));
    else print(rebuiltText(rebuilt, settings, colors));
    return EXIT.complete;
  } finally {
    progress.close();
  }
}
