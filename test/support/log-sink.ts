import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTENT, MARKERS } from './markers.ts';

/** The folder that every log line of the suite is kept in; set by the global set-up, for every process that it starts. */
const FOLDER = 'CLICKSTREAM_TEST_LOGS';

/** Starts a folder's use as the sink. */
export function useLogFolder(folder: string): void {
  process.env[FOLDER] = folder;
}

/** Keeps what the product wrote. `source` says where from, for whoever looks for the culprit. */
export function keepLog(source: string, text: string): void {
  const folder = process.env[FOLDER];
  if (folder === undefined || text === '') return;
  appendFileSync(join(folder, `${process.pid}.log`), `[${source}] ${text.endsWith('\n') ? text : `${text}\n`}`);
}

/** A line of a log that must not be there. */
export interface Leak {
  readonly marker: string;
  readonly line: string;
}

/** Every line of text that holds a marker or content, and which. */
export function leaksIn(text: string, forbidden: readonly string[] = FORBIDDEN): Leak[] {
  return text
    .split('\n')
    .flatMap((line) => forbidden.filter((marker) => line.includes(marker)).map((marker) => ({ marker, line })));
}

/** What was kept, and what of it must not be there. */
export function readLogs(folder: string): { readonly lines: number; readonly leaks: readonly Leak[] } {
  let lines = 0;
  const leaks: Leak[] = [];
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    lines += text.split('\n').length - 1;
    leaks.push(...leaksIn(text));
  }
  return { lines, leaks };
}

export const FORBIDDEN: readonly string[] = [...Object.values(MARKERS), ...CONTENT];
