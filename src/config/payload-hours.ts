import { EVENTS_PREFIX, expandPrefix, HOUR_MS, hourOf, hourUnit, type HourUnit } from '../etl/pipeline/hours.ts';
import { isKeyText, wrongValue } from './payload-values.ts';

/** A leap year: the furthest that counting back reaches. Older hours are asked for by their name. */
const MOST_HOURS_BACK = 8784;

/** The keys that say which hours to read; a payload has at most one of them. */
export const HOUR_KEYS = ['hoursBack', 'targetUtcHour', 'targetUtcDate', 'overridePrefix'] as const;
export type HourKey = (typeof HOUR_KEYS)[number];

/** Hours as they were asked for, oldest first and at least one, with the prefix that all of them share. */
export interface AskedHours {
  readonly prefix: string;
  readonly hours: readonly HourUnit[];
}

/**
 * The hours that the value of one key asks for.
 *
 * @param now_ms what `hoursBack` counts from, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_payload` that names the key.
 */
export function readHours(key: HourKey, value: unknown, now_ms: number): AskedHours {
  switch (key) {
    case 'hoursBack':
      return hoursBack(value, now_ms);
    case 'targetUtcHour':
      return targetUtcHour(value);
    case 'targetUtcDate':
      return targetUtcDate(value);
    case 'overridePrefix':
      return overridePrefix(value);
  }
}

function hoursBack(value: unknown, now_ms: number): AskedHours {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > MOST_HOURS_BACK) {
    throw wrongValue('hoursBack', value, `a whole number from 1 (the hour before this one) to ${MOST_HOURS_BACK}`);
  }
  const unit = hourUnit(hourOf(now_ms) - value * HOUR_MS);
  return { prefix: unit.prefix, hours: [unit] };
}

function targetUtcHour(value: unknown): AskedHours {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d)(?:Z|:00Z|:00:00(?:\.0{1,9})?Z)?$/.exec(
    typeof value === 'string' ? value : '',
  );
  const asked = match && existing(`${EVENTS_PREFIX}${match.slice(1).join('/')}/`);
  if (asked) return asked;
  throw wrongValue('targetUtcHour', value, 'the start of an hour in UTC, such as "2025-12-06T05:00:00Z"');
}

function targetUtcDate(value: unknown): AskedHours {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(typeof value === 'string' ? value : '');
  const asked = match && existing(`${EVENTS_PREFIX}${match.slice(1).join('/')}/`);
  if (asked) return asked;
  throw wrongValue('targetUtcDate', value, 'a day in UTC, such as "2025-12-06"');
}

function overridePrefix(value: unknown): AskedHours {
  const wrong = (allowed: string): Error => wrongValue('overridePrefix', value, allowed);
  if (!isKeyText(value) || !value.startsWith(EVENTS_PREFIX) || value.includes('..')) {
    throw wrong(`a prefix under "${EVENTS_PREFIX}", such as "events/2025/12/06/05/"`);
  }
  if (!/^events\/\d{4}(?:\/|$)/.test(value)) {
    throw wrong('at least a year, such as "events/2025/"; longer histories are read year by year');
  }
  const asked = existing(value);
  if (asked) return asked;
  throw wrong('a prefix of hours that exist, as in "events/YYYY/MM/DD/HH/"');
}

/** Hours before 1970 have no events; who asks for the year 0000 or 0001 left a zero value in a template. */
function existing(prefix: string): AskedHours | undefined {
  const hours = expandPrefix(prefix).filter(({ hour_ms }) => hour_ms >= 0);
  return hours.length === 0 ? undefined : { prefix, hours };
}
