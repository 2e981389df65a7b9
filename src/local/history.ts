import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ClickstreamError } from '../errors.ts';
import { HOUR_MS, hourOf } from '../etl/pipeline/hours.ts';
import type { LocalOptions } from './options.ts';

/** Which traffic was played: enough to make it, and so the truth about it, again. */
export interface History {
  readonly seed: string;
  readonly start_ms: number;
  readonly hours: number;
  readonly shoppersPerHour: number;
}

/**
 * The traffic that a kept data folder holds already; undefined when there is none.
 *
 * @throws ClickstreamError `unfinished_traffic` when an earlier start was killed while it played.
 */
export function playedHistory(data: string | undefined): History | undefined {
  const file = data === undefined ? undefined : historyFile(data);
  if (file === undefined || !existsSync(file)) return undefined;
  const { done, ...history } = JSON.parse(readFileSync(file, 'utf8')) as History & { readonly done: boolean };
  if (done) return history;
  throw new ClickstreamError({
    code: 'unfinished_traffic',
    stage: 'local',
    message: `The traffic in ${data} was not played to its end, so nobody knows what is true of it. Delete the folder, or give another.`,
  });
}

/** Remembers which traffic is being played, or was played to its end. */
export function keepHistory(data: string | undefined, history: History, done: boolean): void {
  if (data === undefined) return;
  mkdirSync(data, { recursive: true });
  writeFileSync(historyFile(data), JSON.stringify({ ...history, done }));
}

/** The last full hours before the current one, less one that may still receive keys. */
export function newHistory({ seed, hours, shoppers }: LocalOptions, now_ms: number): History {
  return { seed, hours, shoppersPerHour: shoppers, start_ms: hourOf(now_ms) - (hours + 1) * HOUR_MS };
}

function historyFile(data: string): string {
  return join(data, 'traffic.json');
}
