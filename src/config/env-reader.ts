import { configError } from '../errors.ts';
import { shown } from './shown.ts';

/** What a setting may be: how to read it, and how to say it to the person who got it wrong. */
export interface Kind<T> {
  /** Goes on after "give", as in "give a whole number from 1 to 65535". */
  readonly allowed: string;
  /** The value, or undefined when the text is not allowed. */
  readonly parse: (text: string) => T | undefined;
  /** Whether the text may hold a secret, so that no message may show it. */
  readonly secret?: (text: string) => boolean;
}

/**
 * Reads environment variables and notes everything that is wrong with them, so that one run names all of it.
 *
 * A variable that is set to nothing is no wish for the default but a mistake: somewhere a template was filled with an
 * empty value. Only a kind that allows the empty text takes it.
 */
export class EnvReader {
  readonly #env: NodeJS.ProcessEnv;
  readonly #problems: string[] = [];

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /**
   * The value of a variable that must be set. When it is missing or wrong, that is noted and the answer is undefined:
   * nobody sees it, because {@link finish} throws.
   */
  required<T>(name: string, kind: Kind<T>): T {
    const text = this.#env[name];
    const value = text === undefined ? undefined : kind.parse(text);
    if (value === undefined) this.note(`${name} is ${stateOf(text, kind)}: give ${kind.allowed}.`);
    return value as T;
  }

  /** The value of a variable that may be missing, or undefined; a wrong one is noted. */
  optional<T>(name: string, kind: Kind<T>): T | undefined {
    const text = this.#env[name];
    if (text === undefined) return undefined;
    const value = kind.parse(text);
    if (value === undefined) this.note(`${name} is ${stateOf(text, kind)}: give ${kind.allowed}, or unset it.`);
    return value;
  }

  /** Notes what is wrong, in whole sentences that name the variable. */
  note(problem: string): void {
    this.#problems.push(problem);
  }

  /**
   * What was read, once all of it is known to be right.
   *
   * @throws ClickstreamError `invalid_config` with everything that was noted.
   */
  finish<T>(settings: T): T {
    if (this.#problems.length > 0) throw configError(this.#problems.join(' '));
    return settings;
  }
}

function stateOf<T>(text: string | undefined, kind: Kind<T>): string {
  if (text === undefined) return 'not set';
  if (text === '') return 'empty';
  return kind.secret?.(text) === true ? 'not usable' : shown(text);
}
