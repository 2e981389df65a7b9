import { readSettlingSettings } from '../config/settings.ts';
import { erase } from '../warehouse/erase.ts';
import { confirmed, mustBeAbleToAsk } from './ask-first.ts';
import { readEraseRequest, type EraseFlags } from './erase-flags.ts';
import { erasedText, isNothing, surveyText } from './erase-text.ts';
import { EXIT } from './exit-codes.ts';
import { print, printJson, say } from './output.ts';

/**
 * `clickstream erase`: shows what there is of a person, asks, and removes it for good.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong; never with an id in its message.
 */
export async function eraseCommand(flags: EraseFlags): Promise<number> {
  const request = readEraseRequest(flags);
  mustBeAbleToAsk(flags);
  const isDryRun = flags.dryRun === true;
  const { survey, erased } = await erase(readSettlingSettings(process.env), request, {
    confirm: async (found) => {
      if (flags.json !== true) say(surveyText(found));
      if (isDryRun) return false;
      // A tombstone for somebody of whom nothing is there yet keeps out what is still on its way.
      return flags.yes === true || isNothing(found) || (await confirmed('They are removed for good.'));
    },
  });
  if (flags.json === true) printJson({ dryRun: isDryRun, found: survey, erased: erased ?? null });
  else if (erased && isNothing(survey)) print('Nothing was erased; their records are dropped if they ever come.');
  else print(erased ? erasedText(erased) : 'Nothing was changed.');
  return erased || isDryRun ? EXIT.complete : EXIT.failed;
}
