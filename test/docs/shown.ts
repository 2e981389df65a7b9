/** Rows as a page shows them: a line each, with ` | ` between values and nothing for null. */
export function resultText(rows: readonly Readonly<Record<string, unknown>>[]): string {
  return shownText(rows.map((row) => Object.values(row).map((value) => textOf(value)).join('|')).join('\n')); // prettier-ignore
}

/** The same of what a page shows, without the blanks that align it. */
export function shownText(text: string): string {
  const cells = (line: string): string =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .join(' | ');
  return text.replace(/\n$/, '').split('\n').map(cells).join('\n');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : JSON.stringify(value);
}
