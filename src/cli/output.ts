import picocolors from 'picocolors';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for a stream: only on a terminal that shows them, and not where NO_COLOR is set. */
export function colorsFor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): Colors {
  const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return picocolors.createColors(stream.isTTY === true && !refused);
}

/** Writes a line, or several, to stdout: what was asked for. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes a line, or several, to stderr: what is said about it. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Writes one JSON document, on a line of its own, to stdout. */
export function printJson(document: unknown): void {
  print(JSON.stringify(document));
}
