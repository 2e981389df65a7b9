import { createInterface } from 'node:readline/promises';
import { flagError } from './flag.ts';

/**
 * Refuses a command that would have to ask and cannot, before anything is touched.
 *
 * @throws ClickstreamError `invalid_flag`.
 */
export function mustBeAbleToAsk({ yes, dryRun }: { readonly yes?: boolean; readonly dryRun?: boolean }): void {
  if (yes === true || dryRun === true || process.stdin.isTTY) return;
  throw flagError('There is no terminal to ask on: give --yes to go on without being asked, or --dry-run to look.');
}

/** Asks on the terminal, and takes nothing but "yes" for a yes. */
export async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} Type yes to go on: `)).trim().toLowerCase() === 'yes';
  } finally {
    terminal.close();
  }
}
