import { createHmac } from 'node:crypto';
import { configError } from '../../errors.ts';
import { column, type Column, type NoColumns } from '../pipeline/column.ts';
import type { EventRecord } from '../pipeline/event-record.ts';
import { transform, type Declared, type Transform } from '../pipeline/transform.ts';
import { listOf, mapOf, oneOf, optional, readOptions, textOf, trueOrFalse, withDefault } from './options.ts';
import { asPath, GONE, replaceAt } from './paths.ts';
import { isCard, CARD, withoutPersonalData } from './personal-data.ts';

/** What becomes of a value: a hash of it, so that equal ones can still be told, or nothing at all. */
export type Redaction = 'hash' | 'drop';

/** What `redact` may be told. */
export interface RedactOptions<Hidden extends string = string, Text extends string = string> {
  /** Text columns to hide. `user_id` and `client_id` can only be hashed: sessions hang on them. None by default. */
  readonly columns?: Readonly<Record<Hidden, Redaction>>;
  /** What to hide in `properties`, by path: `{ 'customer.email': 'hash', 'items.*.note': 'drop' }`. None by default. */
  readonly properties?: Readonly<Record<string, Redaction>>;
  /** A secret of 16 characters or more; wanted where anything is hashed. The same salt gives the same hashes. */
  readonly salt?: string;
  /** Columns in whose text e-mail addresses and card numbers are looked for. Default: the page's and the referrer's URL. */
  readonly freeText?: readonly Text[];
  /** Whether they are looked for in `properties` as well. Default: true. */
  readonly freeTextInProperties?: boolean;
}

/** No interface that extends `Columns`: any misspelt name would be one of its columns. */
interface Always {
  readonly user_id: Column<'text', true>;
  readonly client_id: Column<'text', true>;
  readonly visitor_id: Column<'text', true>;
  readonly properties: Column<'jsonb', true>;
}

type Needed<Names extends string> = Always & Readonly<Record<Names, Column<'text', true>>>;

/** Columns that the engine and the warehouse go by, and without which rows would no longer be those of an event. */
const KEPT = ['event_id', 'event_timestamp', 'received_at', 'record_hash', 'visitor_id', 'session_id', 'session_derived', 'event_name']; // prettier-ignore
const VISITOR = ['user_id', 'client_id'];

/**
 * Hides personal data before it reaches the warehouse. What is named, a column or a path in `properties`, is hashed
 * (HMAC-SHA-256 under your salt, 32 hex digits: the same person is the same hash in every hour) or dropped. E-mail
 * addresses and card numbers (with a right check digit) that turn up in the page's address, the referrer and anywhere in
 * `properties` become `[email]` and `[card]`, also where a URL writes the @ as `%40`. Names of properties are not looked at.
 *
 * Where `user_id` or `client_id` is hashed, `visitor_id` is made of the hash. Put it before transforms that copy from
 * these columns, such as `attribute`. The raw events in S3 and the bytes of dead letters stay as they were sent: give the
 * bucket a lifecycle rule.
 *
 * Costs 0.4 us per event for free text (`npm run bench:transforms`).
 *
 * @example
 * defineEtl({
 *   transforms: [
 *     parse, dedupe, sessionize, flatten,
 *     redact({ columns: { user_id: 'hash' }, properties: { 'customer.email': 'drop' }, salt: process.env.REDACT_SALT }),
 *     attribute(), detectBots(),
 *   ],
 * });
 */
export function redact<const Hidden extends string = never, const Text extends string = 'page_url' | 'referrer'>(
  options: RedactOptions<Hidden, Text> = {},
): Transform<'redact', Declared<Needed<Hidden | Text>>, NoColumns> {
  const { columns, properties, salt, freeText, freeTextInProperties } = readOptions('redact', options, {
    columns: withDefault(mapOf('"hash" or "drop" by the name of a column', asRedaction), new Map<string, Redaction>()),
    properties: withDefault(
      mapOf('"hash" or "drop" by path, such as { "customer.email": "hash" }', (value, name) => {
        const [how, path] = [asRedaction(value), asPath(name)];
        return how && path && { how, path };
      }),
      new Map<string, never>(),
    ),
    salt: optional({
      ...textOf('a secret of at least 16 characters, such as one from openssl rand -hex 32'),
      read: (value) => (typeof value === 'string' && value.length >= 16 ? value : undefined),
      secret: true,
    }),
    freeText: withDefault(
      listOf('a list of names of text columns', (name) => (typeof name === 'string' ? name : undefined)),
      ['page_url', 'referrer'],
    ),
    freeTextInProperties: withDefault(trueOrFalse, true),
  });
  for (const [name, how] of columns) {
    if (KEPT.includes(name))
      throw configError(`redact: the column ${name} cannot be hidden: rows are told apart by it.`);
    if (how === 'drop' && VISITOR.includes(name)) {
      throw configError(`redact: the column ${name} cannot be dropped, since sessions hang on it: give "hash".`);
    }
  }
  for (const name of freeText) {
    if (KEPT.includes(name) || VISITOR.includes(name)) {
      throw configError(
        `redact: freeText cannot be looked for in ${name}: two people would become one. Hash the column.`,
      );
    }
  }
  if (salt === undefined && [...columns.values(), ...[...properties.values()].map(({ how }) => how)].includes('hash')) {
    throw configError(
      'redact: its option salt is not given: give a secret of at least 16 characters, since values are hashed.',
    );
  }
  const hash = (value: unknown): string => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return createHmac('sha256', salt!).update(text).digest('hex').slice(0, 32);
  };
  const hidden = (how: Redaction) => (value: unknown): unknown =>
    how === 'drop' ? GONE : value === null || value === '' ? value : hash(value); // prettier-ignore
  const paths = Array.from(properties.values(), ({ how, path }) => ({ path, hide: hidden(how) }));

  return transform({
    name: 'redact',
    needs: Object.fromEntries([
      ...[...columns.keys(), ...freeText, ...VISITOR, 'visitor_id'].map((name) => [name, column.text()]),
      ['properties', column.jsonb()],
    ]) as unknown as Declared<Needed<Hidden | Text>>,
    each(record, context) {
      // The row's type is the caller's; here its columns go by names at hand.
      const row = (record as unknown as EventRecord<Record<string, unknown>>).row;
      for (const [name, how] of columns) {
        const value = row[name];
        if (typeof value !== 'string') continue;
        const made = how === 'drop' ? null : hash(value);
        if (name === 'client_id' && row['visitor_id'] === `c:${value}`) row['visitor_id'] = `c:${made}`;
        if (name === 'user_id' && row['visitor_id'] === `u:${value}`) row['visitor_id'] = `u:${made}`;
        row[name] = made;
      }
      for (const name of freeText) {
        const value = row[name];
        if (typeof value !== 'string') continue;
        const clean = withoutPersonalData(value);
        if (clean === value) continue;
        row[name] = clean;
        context.count('found_in_text');
      }
      const before = row['properties'] ?? null;
      if (before === null) return;
      let kept: unknown = before;
      for (const { path, hide } of paths) kept = replaceAt(kept, path, hide);
      const clean = freeTextInProperties ? cleaned(kept) : kept;
      if (clean !== kept) context.count('found_in_text');
      row['properties'] = clean;
    },
  });
}

const asRedaction = oneOf(['hash', 'drop']).read;

/** A JSON value with all of its texts and numbers looked through; the very same value where there is nothing to hide. */
function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return withoutPersonalData(value);
  if (typeof value === 'number')
    return value >= 1e13 && Number.isInteger(value) && isCard(String(value)) ? CARD : value;
  return typeof value === 'object' && value !== null ? replaceAt(value, ['*'], cleaned) : value;
}
