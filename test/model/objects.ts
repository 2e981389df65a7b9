import { hourPrefix } from '../../src/etl/pipeline/hours.ts';
import { array, gzip, HOUR_MS, ndjson } from '../support/bucket.ts';
import type { StoredObject, StoredRecord } from '../support/mixed-hour.ts';

/** The shapes in which the ETL reads records. `cutOff` is an array that ends within an event. */
export const FORMS = [
  'single',
  'lines',
  'windowsLines',
  'gzip',
  'array',
  'gzipArray',
  'indented',
  'concatenated',
  'cutOff',
] as const;
export type Form = (typeof FORMS)[number];

/** An object as the model knows it, record by record. */
export interface ModelObject {
  readonly key: string;
  /** Of the three hours, from 0. */
  readonly hour: number;
  readonly form: Form;
  readonly records: readonly StoredRecord[];
}

export const HOURS = 3;
export const hourStart_ms = (hour: number): number => HOUR_MS + hour * 3_600_000;
export const prefixOf = (hour: number): string => hourPrefix(hourStart_ms(hour));

/** What is rejected at the end of an array that is cut off. */
const CUT_OFF: StoredRecord = { text: '{"eventName":"product_view","pageUrl', code: 'syntax_error' };

/** An object of a form that can hold the records. Text that is no event stands only on a line that is not the first. */
export function newObject(key: string, hour: number, wanted: Form, records: readonly StoredRecord[]): ModelObject {
  const form = wanted === 'single' && records.length > 1 ? 'lines' : wanted;
  if (form === 'lines' || form === 'windowsLines' || form === 'gzip') {
    const first = records.findIndex((one) => 'event' in one);
    return { key, hour, form, records: first < 0 ? [] : [records[first]!, ...records.toSpliced(first, 1)] };
  }
  const events = records.filter((one) => 'event' in one);
  return { key, hour, form, records: form === 'cutOff' ? [...events, CUT_OFF] : events };
}

/** The object's bytes. */
export function bodyOf({ form, records }: ModelObject): string | Buffer {
  const events = records.flatMap((one) => ('event' in one ? [one.event] : []));
  switch (form) {
    case 'single':
      return events.length === 0 ? '' : JSON.stringify(events[0]);
    case 'lines':
      return lines(records);
    case 'windowsLines':
      return `\uFEFF${lines(records).replaceAll('\n', '\r\n')}`;
    case 'gzip':
      return gzip(lines(records));
    case 'array':
      return array(events);
    case 'gzipArray':
      return gzip(array(events));
    case 'indented':
      return events.map((event) => JSON.stringify(event, null, 2)).join('\n');
    case 'concatenated':
      return events.map((event) => JSON.stringify(event)).join('');
    case 'cutOff':
      return `[${records.map((one) => ('event' in one ? JSON.stringify(one.event) : one.text)).join(',')}`;
  }
}

/** The same as the oracle takes it. */
export function asStored({ key, records }: ModelObject): StoredObject {
  return { key, form: 'lines', records };
}

function lines(records: readonly StoredRecord[]): string {
  return records.map((one) => ('event' in one ? ndjson([one.event]) : `${one.text}\n`)).join('');
}
