import { PREFIX } from '../support/bucket.ts';
import { goodRecord, type Sent } from './records.ts';

/** Objects by key; each with the records that lie in it, in order. */
export type Objects = ReadonlyMap<string, { readonly body: Buffer; readonly records: readonly Sent[] }>;

export const bytesOf = (text: string | Buffer): Buffer => (typeof text === 'string' ? Buffer.from(text) : text);

function joined(records: readonly Sent[], separator: string): Buffer {
  return Buffer.concat(records.flatMap(({ text }) => [bytesOf(text), Buffer.from(separator)]));
}

export function asLines(name: string, of: readonly Sent[], pack = (body: Buffer) => body): Objects {
  return new Map([[`${PREFIX}${name}`, { body: pack(joined(of, '\n')), records: of }]]);
}

export function asArray(of: readonly Sent[]): Objects {
  const records = of.filter(({ text }) => isJson(text));
  const body = Buffer.concat([Buffer.from('['), joined(records, ',').subarray(0, -1), Buffer.from(']')]);
  return new Map([[`${PREFIX}array.json`, { body, records }]]);
}

export function asOneEach(of: readonly Sent[]): Objects {
  return new Map(
    of.map((record, at) => [
      `${PREFIX}event-${String(at).padStart(6, '0')}.json`,
      { body: bytesOf(record.text), records: [record] },
    ]),
  );
}

/** The last record first, over objects of 60 records. */
export function asReversed(of: readonly Sent[]): Objects {
  const reversed = [...of].reverse();
  const objects = new Map<string, { body: Buffer; records: Sent[] }>();
  for (let at = 0; at < reversed.length; at += 60) {
    // First a good one that comes in each of the objects, so that their lines are known to stand alone.
    const part = [goodRecord(0), ...reversed.slice(at, at + 60)];
    objects.set(`${PREFIX}${String(at).padStart(6, '0')}.json`, { body: joined(part, '\n'), records: part });
  }
  return objects;
}

export function isJson(text: string | Buffer): boolean {
  if (typeof text !== 'string') return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
