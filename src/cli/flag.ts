import type { Kind } from '../config/env-reader.ts';
import { shown } from '../config/shown.ts';
import { ClickstreamError } from '../errors.ts';

/** A flag that is wrong; the message names it. Raised before anything is touched. */
export function flagError(message: string, cause?: unknown): ClickstreamError {
  return new ClickstreamError({ code: 'invalid_flag', stage: 'config', message, cause });
}

/**
 * The value of a flag that may be missing, read as a setting of the same kind would be.
 *
 * @throws ClickstreamError `invalid_flag` that names the flag and what it may be.
 */
export function readFlag<T>(flag: string, text: string | undefined, kind: Kind<T>): T | undefined {
  if (text === undefined) return undefined;
  const value = kind.parse(text);
  if (value === undefined) throw flagError(`${flag} is ${text === '' ? 'empty' : shown(text)}: give ${kind.allowed}.`);
  return value;
}

/** The flags that stand for a payload's keys. */
export const FLAG_OF_KEY: Readonly<Record<string, string>> = {
  hoursBack: '--hours-back',
  targetUtcHour: '--hour',
  targetUtcDate: '--date',
  overridePrefix: '--prefix',
  startAfter: '--start-after',
  endAt: '--end-at',
};

/**
 * Does what may refuse a payload, and says what it refuses by the names of flags: whoever typed `--hour` has never seen
 * `targetUtcHour`.
 */
export function inTermsOfFlags<T>(read: () => T, flagOfKey: Readonly<Record<string, string>> = FLAG_OF_KEY): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ClickstreamError) || error.code !== 'invalid_payload') throw error;
    // What stands in quotes is the user's own text and stays as it is.
    const message = error.message.replaceAll(/"(?:[^"\\]|\\.)*"|\b[a-z]+[A-Z]\w*/g, (word) => flagOfKey[word] ?? word);
    throw flagError(message, error);
  }
}
