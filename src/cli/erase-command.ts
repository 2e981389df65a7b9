import { readSettlingSettings } from '../config/settings.ts';
import { erase } from '../warehouse/erase.ts';
import { confirmForGood, mustBeAbleToAsk } from './confirm.ts';
import { readEraseRequest, readRawHours, type EraseFlags } from './erase-flags.ts';
import { readBlank } from './erase-raw.ts';
import { erasedText, isNothing, surveyText } from './erase-text.ts';
import { EXIT } from './exit-codes.ts';
import { print, printJson, say } from './output.ts';
import { rawDocument, rawText } from './raw-text.ts';

/**
 * `clickstream erase`: shows what there is of a person, asks, and removes it for good; with `--raw` also from the raw objects.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong; never with an id in its message.
 */
export async function eraseCommand(flags: EraseFlags): Promise<number> {
  const request = readEraseRequest(flags);
  const hours = readRawHours(flags, Date.now());
  mustBeAbleToAsk(flags);
  const blank = flags.raw === true ? await readBlank(flags, hours) : undefined;
  const isDryRun = flags.dryRun === true;
  const isQuiet = flags.json === true;
  const question = blank ? 'They are removed for good, and raw objects rewritten.' : 'They are removed for good.';
  const { survey, persons, erased } = await erase(blank?.settings ?? readSettlingSettings(process.env), request, {
    confirm: async (found) => {
      if (!isQuiet) say(surveyText(found));
      if (isDryRun) return false;
      // A tombstone for somebody of whom nothing is there yet keeps out what is still on its way.
      return flags.yes === true || (isNothing(found) && !blank) || (await confirmForGood(question));
    },
  });
  if (!isQuiet) {
    if (erased && isNothing(survey)) print('Nothing was erased; their records are dropped if they ever come.');
    else print(erased ? erasedText(erased, blank !== undefined) : 'Nothing was changed.');
  }
  const report = blank && (erased || isDryRun) ? await blank.run(persons) : undefined;
  const raw = report ? { raw: rawDocument(report) } : {};
  if (isQuiet) printJson({ dryRun: isDryRun, found: survey, erased: erased ?? null, ...raw });
  else if (report) print(rawText(report, isDryRun));
  if (report?.stopped) return EXIT.partial;
  const isDone = erased !== undefined || isDryRun;
  return isDone && (!report || report.failed.length + report.hoursLeft.length + report.archived === 0)
    ? EXIT.complete
    : EXIT.failed;
}
