import { hourPrefix, parseHourPrefix } from '../etl/pipeline/hours.ts';

/** A count with separators, the same in every locale: `5,000`. */
export function countText(count: number): string {
  return String(Math.round(count)).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** How long something took or is ago: `12 ms`, `2.1 s`, `23 min`, `5 h`, `3 days`. */
export function durationText(duration_ms: number): string {
  const ms = Math.max(0, Math.round(duration_ms));
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} days`;
}

/** A size: `512 B`, `1.2 MB`. Decimal units, as S3 bills. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let at = 0;
  while (value >= 999.95 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${value.toFixed(1)} ${units[at]!}`;
}

/** A UTC hour as `--hour` takes it: `2025-12-06T05`. */
export function hourText(hour_ms: number): string {
  return new Date(hour_ms).toISOString().slice(0, 13);
}

/** A moment as a program reads it: ISO 8601; null where there is none. */
export function isoText(moment_ms: number | null): string | null {
  return moment_ms === null ? null : new Date(moment_ms).toISOString();
}

/** A unit as a result names it: a whole hour as {@link hourText}, a part of one as it is. */
export function unitText(label: string): string {
  const hour_ms = parseHourPrefix(label);
  return hour_ms !== undefined && hourPrefix(hour_ms) === label ? hourText(hour_ms) : label;
}

/** `1 hour`, `2 hours`. */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : many}`;
}
