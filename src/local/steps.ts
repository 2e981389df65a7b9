import pc from 'picocolors';

/** What `npm start` says about itself: one line per step, rewritten on a terminal while the step goes on. */
const { isTTY } = process.stdout;

/** A step begins. */
export function step(text: string): void {
  process.stdout.write(`${pc.cyan('●')} ${text} ...`);
  if (!isTTY) process.stdout.write('\n');
}

/** How far the step has come; only on a terminal. */
export function progress(text: string): void {
  if (isTTY) process.stdout.write(`\r\u001B[K  ${text}`);
}

/** The step has ended. */
export function done(text: string): void {
  process.stdout.write(`${isTTY ? '\r\u001B[K' : ''}${pc.green('✓')} ${text}\n`);
}
