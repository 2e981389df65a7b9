import { createInterface } from 'node:readline/promises';
import { flagError } from './flag.ts';

/** Where a question is asked and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * Refuses a command that would have to ask and cannot, before anything is touched.
 *
 * @throws ClickstreamError `invalid_flag`.
 */
export function mustBeAbleToAsk({ yes, dryRun }: { readonly yes?: boolean; readonly dryRun?: boolean }): void {
  if (yes === true || dryRun === true || process.stdin.isTTY) return;
  throw flagError('There is no terminal to ask on: give --yes to go on without being asked, or --dry-run to look.');
}

/** Asks a question until the answer is yes or no. The end of the input, or Ctrl-C, is a no. */
export function confirm(question: string, terminal: Terminal): Promise<boolean> {
  return asking(terminal, async (ask) => {
    for (;;) {
      const answer = await ask(question);
      if (answer === 'yes' || answer === 'y') return true;
      if (answer === 'no' || answer === 'n') return false;
    }
  });
}

/** Asks once, before something that cannot be undone: nothing but "yes" is a yes. */
export function confirmForGood(
  question: string,
  terminal: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  return asking(terminal, async (ask) => (await ask(`${question} Type yes to go on: `)) === 'yes');
}

async function asking(
  { input, output }: Terminal,
  work: (ask: (question: string) => Promise<string>) => Promise<boolean>,
): Promise<boolean> {
  const lines = createInterface({ input, output });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('no')));
  lines.once('SIGINT', () => lines.close());
  try {
    return await work(async (question) => (await Promise.race([lines.question(question), ended])).trim().toLowerCase());
  } finally {
    lines.close();
  }
}
