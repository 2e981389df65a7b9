import { readWarehouseSettings } from '../config/settings.ts';
import { whatIf } from '../warehouse/what-if.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson } from './output.ts';
import { readWhatIfFlags, type WhatIfFlags } from './what-if-flags.ts';
import { whatIfDocument, whatIfText } from './what-if-text.ts';

/**
 * `clickstream sessions what-if`: says what another rule would change about derived sessions.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function whatIfCommand(flags: WhatIfFlags): Promise<number> {
  const { change, range } = readWhatIfFlags(flags, Date.now());
  const found = await whatIf(readWarehouseSettings(process.env), change, range);
  const byDay = flags.byDay === true;
  if (flags.json === true) printJson(whatIfDocument(found, byDay));
  else print(whatIfText(found, byDay, colorsFor(process.stdout, process.env)));
  return EXIT.complete;
}
