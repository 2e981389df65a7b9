import { shown } from '../config/shown.ts';
import { isColumnName } from '../etl/pipeline/column.ts';
import { flagError } from './flag.ts';

/** Words that a name may begin with and that say nothing of what is done. */
const NO_VERBS = ['my', 'new', 'the', 'a', 'an', 'this', 'is', 'has', 'custom', 'own', 'test', 'transform'];
/** What others call a transform, after what it does. */
const SUFFIX = /(?:Transform(?:er)?|Processor|Plugin|Step|Handler)$/;
/** JavaScript's own words: none can be the name of a constant. */
const RESERVED = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static ' +
    'super switch this throw true try typeof var void while with yield'
  ).split(' '),
);

/** The names that follow from a transform's. */
export interface TransformNames {
  /** As in code: `addDiscount`. */
  readonly name: string;
  /** As a file, without its ending: `add-discount`. */
  readonly file: string;
  /** Of the column that it adds: `discount`. */
  readonly column: string;
  /** As a client would send it: `discount`. */
  readonly field: string;
}

/**
 * The names that follow from that of a transform.
 *
 * @param taken the columns that there are already.
 * @throws ClickstreamError `invalid_flag` for a name that is no camelCase identifier, or says nothing of what is done.
 */
export function transformNames(name: string, taken: readonly string[]): TransformNames {
  const refuse = (why: string): never => {
    throw flagError(`NAME is ${shown(name)}: ${why} A transform is named by what it does, such as addDiscount.`);
  };
  if (!/^[a-z][a-zA-Z0-9]{0,59}$/.test(name)) refuse('give letters and digits, in camelCase, from a small letter on.');
  if (RESERVED.has(name)) refuse('it is a word of JavaScript.');
  const words = wordsOf(name);
  const suffix = SUFFIX.exec(name)?.[0];
  if (suffix !== undefined) refuse(`leave ${suffix} away.`);
  if (NO_VERBS.includes(words[0]!)) refuse(`${words[0]} is no verb.`);
  const rest = words.length > 1 ? words.slice(1) : [...words, 'result'];
  const wanted = rest.join('_');
  const column = [wanted, `${wanted}_2`].find((one) => isColumnName(one) && !taken.includes(one)) ?? 'new_column';
  const field = rest.map((word, at) => (at === 0 ? word : word[0]!.toUpperCase() + word.slice(1))).join('');
  return { name, file: words.join('-'), column, field };
}

/** `addURLPath2` is `add`, `url`, `path2`. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(' ');
}
