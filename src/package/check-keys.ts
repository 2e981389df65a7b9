import { nearestName } from '../config/nearest-name.ts';
import { configError } from '../errors.ts';
import { whatItIs } from '../etl/pipeline/look.ts';

/**
 * Refuses options that a function does not have.
 *
 * @throws ClickstreamError `invalid_config` that names the option, and the one that was probably meant.
 */
export function checkKeys(of: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw configError(`${of}() takes an object with ${known.join(', ')}, and this is ${whatItIs(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const meant = nearestName(unknown, known);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw configError(`${of}() has no option "${unknown}"${hint}: it has ${known.join(', ')}`);
}
