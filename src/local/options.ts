import { mkdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';

/** How the local stack is started: the options of `npm start -- ...`. */
export interface LocalOptions {
  /** End after the report, with status 0 only if every figure agrees with the truth. */
  readonly exit: boolean;
  /** Where Postgres and S3 keep their data; without it, both are thrown away at the end. */
  readonly data?: string;
  readonly hours: number;
  readonly seed: string;
  readonly shoppers: number;
  /** Port of `POST /clickstream`; 0 takes any free one. */
  readonly port: number;
}

/** Reads the options, or prints help or what is wrong with them and ends. */
export function readOptions(argv: readonly string[]): LocalOptions {
  const options = new Command('npm start --')
    .description(
      'Starts the whole system on this machine: PostgreSQL, a local S3, POST /clickstream and the ETL. Plays some hours\n' +
        'of shop traffic through them, shows what came of it beside what should have, and stays up until Ctrl-C.',
    )
    .option('--exit', 'end after the report; status 0 only if the numbers agree', false)
    .option('--data <dir>', 'keep the data here and find it again at the next start', folder)
    .option('--hours <n>', 'hours of traffic to play', wholeNumber(1, 48), 4)
    .option('--seed <text>', 'another seed is another history', '1')
    .option('--shoppers <n>', 'shoppers an hour', wholeNumber(1, 100_000), 400)
    .option('--port <n>', 'port of POST /clickstream', wholeNumber(0, 65_535), 8080)
    .allowExcessArguments(false)
    .parse(argv);
  return options.opts<LocalOptions>();
}

/** A folder that is there or can be made. */
function folder(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must name a folder.');
  const path = resolve(text);
  try {
    mkdirSync(path, { recursive: true });
    if (statSync(path).isDirectory()) return path;
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be made: ${error instanceof Error ? error.message : String(error)}.`);
  }
  throw new InvalidArgumentError('It is a file.');
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    }
    return number;
  };
}
