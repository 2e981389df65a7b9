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
    .option('--data <dir>', 'keep the data here and find it again at the next start', (dir: string) => resolve(dir))
    .option('--hours <n>', 'hours of traffic to play', wholeNumber(1, 48), 4)
    .option('--seed <text>', 'another seed is another history', '1')
    .option('--shoppers <n>', 'shoppers an hour', wholeNumber(1, 100_000), 400)
    .option('--port <n>', 'port of POST /clickstream', wholeNumber(0, 65_535), 8080)
    .allowExcessArguments(false)
    .parse(argv);
  return options.opts<LocalOptions>();
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
