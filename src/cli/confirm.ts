import { createInterface } from 'node:readline/promises';

/** Where a question is asked and answered. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/** Asks a question until the answer is yes or no. The end of the input, or Ctrl-C, is a no. */
export async function confirm(question: string, { input, output }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output });
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('no')));
  lines.once('SIGINT', () => lines.close());
  try {
    for (;;) {
      const answer = (await Promise.race([lines.question(question), ended])).trim().toLowerCase();
      if (answer === 'yes' || answer === 'y') return true;
      if (answer === 'no' || answer === 'n') return false;
    }
  } finally {
    lines.close();
  }
}
