import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { configError } from '../../errors.ts';
import { column, required } from '../pipeline/column.ts';
import type { JsonObject } from '../pipeline/record.ts';
import { canonicalUuid } from '../pipeline/uuid.ts';
import { transform } from '../pipeline/transform.ts';
import { setOwn } from './leftovers.ts';
import { mapOf, oneOf, readOptions, withDefault } from './options.ts';
import { asInstant } from './time.ts';

/** What `validate` has to be told, and may be. */
export interface ValidateOptions {
  /** A JSON Schema (draft 7) by the name of the events that must be so; `*` for those that have none of their own. */
  readonly schemas: Readonly<Record<string, JsonObject | boolean>>;
  /** `reject` sends what is not so to the dead letters, `count` only counts it. Default: `reject`. */
  readonly action?: 'reject' | 'count';
}

/**
 * Holds events against a JSON Schema for their name. One that is not as its schema says goes to the dead letters with the
 * code `schema_violation`; the detail names the place and the rule and never the value. It can be redriven once the schema
 * is mended. Events of a name without a schema pass.
 *
 * What is validated is the event as the client sent it, without `_ingest`; an `eventId` that the ingest gave is there.
 * Nothing is changed: no defaults, no conversions. Formats known: date-time, date, uuid, uri, email. A schema with a
 * mistake or an unknown keyword stops the program when the pipeline is made. (`ajv` makes code of the schemas: take them
 * from your own files, never from events.)
 *
 * Costs 0.05 us for an event without a schema, 0.5 us for one with a small schema (`npm run bench:transforms`).
 *
 * @example
 * validate({
 *   schemas: {
 *     checkout_complete: { type: 'object', required: ['orderId', 'orderTotal'], properties: { orderTotal: { type: 'number', minimum: 0 } } },
 *   },
 * });
 */
export function validate(options: ValidateOptions) {
  const { schemas, action } = readOptions('validate', options, {
    schemas: mapOf('a JSON Schema by the name of an event', (value) =>
      typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value))
        ? (value as JsonObject | boolean)
        : undefined,
    ),
    action: withDefault(oneOf(['reject', 'count']), 'reject'),
  });
  const validators = new Map(Array.from(schemas, ([name, schema]) => [name, compiled(name, schema)]));
  const others = validators.get('*');
  return transform({
    name: 'validate',
    needs: { event_name: required(column.text()) },
    each(record, context) {
      const validator = validators.get(record.row.event_name) ?? others;
      if (!validator || validator(withoutIngest(record.event))) return;
      if (action === 'reject') context.reject(record, 'schema_violation', detailOf(validator.errors?.[0]));
      else context.count('schema_violation');
    },
  });
}

function compiled(name: string, schema: JsonObject | boolean): ValidateFunction {
  // One of its own for each: two schemas may have the same $id.
  const ajv = new Ajv({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    // The first error is enough for a dead letter, and a hostile event cannot make it collect thousands.
    allErrors: false,
    logger: false,
    formats: {
      'date-time': (text: string) => text.length <= 64 && text.includes(':') && asInstant(text) !== null,
      date: (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && asInstant(text) !== null,
      uuid: (text: string) => text.length === 36 && canonicalUuid(text) !== undefined,
      uri: (text: string) => /^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text),
      email: (text: string) => text.length <= 320 && /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(text),
    },
  });
  try {
    return ajv.compile(schema);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw configError(`validate: the schema of "${name}" is none: ${why}. Mend it, or leave it out.`, error);
  }
}

/** What the client sent. */
function withoutIngest(event: JsonObject): JsonObject {
  const sent: Record<string, unknown> = {};
  for (const key of Object.keys(event)) if (key !== '_ingest') setOwn(sent, key, event[key]);
  return sent;
}

/** Names that a person gave, and places in arrays; another key may itself hold what somebody typed. */
const PLAIN_NAME = /^[\w-]{1,40}$/;
const MOST_NAMES = 20;

/** Where and what, without the value: `/items/0/price must be number`. */
function detailOf(error: ErrorObject | undefined): string {
  if (!error) return 'The event may not be.';
  const names = error.instancePath.split('/').slice(1);
  const shown = names.slice(0, MOST_NAMES).map((name) => (PLAIN_NAME.test(name) ? name : '…'));
  const path = names.length === 0 ? 'The event' : `/${shown.join('/')}${names.length > MOST_NAMES ? '/…' : ''}`;
  return `${path} ${error.message ?? `breaks the rule ${error.keyword}`}`;
}
