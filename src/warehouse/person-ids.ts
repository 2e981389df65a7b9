import type { JsonObject } from '../etl/pipeline/record.ts';
import { asObject, asText } from '../etl/transforms/values.ts';
import type { PersonId, PersonKind } from './tombstone.ts';

/** The fields of a record that hold ids of persons, in every spelling that is read. */
const FIELDS: Readonly<Record<string, PersonKind>> = {
  userId: 'user',
  user_id: 'user',
  clientId: 'client',
  client_id: 'client',
};

const FIELD_NAMES = Object.keys(FIELDS);

/** Such a field with its value, in text that is no JSON as a whole. */
const FIELD = /"(userId|user_id|clientId|client_id)"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false)/g;

/**
 * Whose record some bytes are, as far as they tell: the ids of an object, or of an array's objects. Bytes that are no JSON
 * (cut off, or broken) are searched for fields that hold an id, at whatever depth.
 */
export function personIdsIn(raw: Buffer): PersonId[] {
  const text = raw.toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return personIdsInText(text);
  }
  return (Array.isArray(value) ? value : [value]).flatMap((item) => personIdsOf(asObject(item) ?? {}));
}

/** The ids that a record has. */
export function personIdsOf(event: JsonObject): PersonId[] {
  const ids: PersonId[] = [];
  for (const field of FIELD_NAMES) {
    if (!Object.hasOwn(event, field)) continue;
    const id = idOf(field, event[field]);
    if (id) ids.push(id);
  }
  return ids;
}

/** The ids that fields hold anywhere in text that is no JSON. */
export function personIdsInText(text: string): PersonId[] {
  return Array.from(text.matchAll(FIELD), ([, field, literal]) => idOf(field!, literalValue(literal!))).filter(isId);
}

function idOf(field: string, value: unknown): PersonId | undefined {
  const kind = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  const id = kind === undefined ? null : asText(value);
  return kind === undefined || id === null ? undefined : { kind, id };
}

function literalValue(literal: string): unknown {
  try {
    return JSON.parse(literal);
  } catch {
    return undefined;
  }
}

function isId(id: PersonId | undefined): id is PersonId {
  return id !== undefined;
}
