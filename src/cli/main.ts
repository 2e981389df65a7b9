import { CommanderError } from 'commander';
import { ClickstreamError } from '../errors.ts';
import { EXIT, exitCodeOfError } from './exit-codes.ts';
import { reportError } from './report-error.ts';

/**
 * Runs the command line, errors said included.
 *
 * @param args without the program's own name.
 * @returns the exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.complete;
  try {
    // Loaded here, since a pipeline whose transforms do not fit together throws when it is made.
    const { createProgram } = await import('./program.ts');
    const program = createProgram((code) => (exitCode = code));
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Help and the version were asked for and shown; without a command, help was shown in place of an error.
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.complete;
    if (error instanceof CommanderError && error.code === 'commander.help') return EXIT.usage;
    const known = error instanceof CommanderError ? usageError(error) : error;
    // The flags may not have been read, so that what was typed has to do.
    reportError(known, args.includes('--json'));
    return exitCodeOfError(known);
  }
}

function usageError(error: CommanderError): ClickstreamError {
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new ClickstreamError({ code: 'invalid_usage', stage: 'config', message, cause: error });
}
