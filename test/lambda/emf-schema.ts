/** The part of JSON Schema that the schema of the embedded metric format uses. */
export interface Schema {
  readonly type: 'object' | 'array' | 'string' | 'integer';
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: RegExp;
}

const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });

const UNITS =
  /^(Seconds|Microseconds|Milliseconds|Bytes|Kilobytes|Megabytes|Gigabytes|Terabytes|Bits|Kilobits|Megabits|Gigabits|Terabits|Percent|Count|Bytes\/Second|Kilobytes\/Second|Megabytes\/Second|Gigabytes\/Second|Terabytes\/Second|Bits\/Second|Kilobits\/Second|Megabits\/Second|Gigabits\/Second|Terabits\/Second|Count\/Second|None)$/;

/** The schema that CloudWatch's specification gives for the embedded metric format. */
export const EMF_SCHEMA: Schema = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      properties: {
        Timestamp: { type: 'integer' },
        CloudWatchMetrics: {
          type: 'array',
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            properties: {
              Namespace: text(1024),
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: { type: 'array', minItems: 0, maxItems: 30, items: text(250) },
              },
              Metrics: {
                type: 'array',
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  properties: {
                    Name: text(1024),
                    Unit: { type: 'string', pattern: UNITS },
                    StorageResolution: { type: 'integer' },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

/** Where a value is not what a schema asks for, as a path with what is wrong there. */
export function violations(value: unknown, schema: Schema, path = '$'): string[] {
  if (!isOfType(value, schema.type)) return [`${path} is no ${schema.type}`];
  if (Array.isArray(value)) {
    const { items, minItems = 0, maxItems = Infinity } = schema;
    if (value.length < minItems || value.length > maxItems) return [`${path} has ${value.length} items`];
    return items ? value.flatMap((item, at) => violations(item, items, `${path}[${at}]`)) : [];
  }
  if (typeof value === 'string') {
    const { minLength = 0, maxLength = Infinity, pattern = /^(.*)$/ } = schema;
    const isRight = value.length >= minLength && value.length <= maxLength && pattern.test(value);
    return isRight ? [] : [`${path} is ${value}`];
  }
  const members = value as Readonly<Record<string, unknown>>;
  const missing = (schema.required ?? []).filter((name) => !(name in members)).map((name) => `${path} has no ${name}`);
  const wrong = Object.entries(schema.properties ?? {}).flatMap(([name, of]) =>
    name in members ? violations(members[name], of, `${path}.${name}`) : [],
  );
  return [...missing, ...wrong];
}

function isOfType(value: unknown, type: Schema['type']): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type && value !== null && !Array.isArray(value);
}

interface Directive {
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/**
 * What is wrong with a log line that is to be metrics, by the schema and by what the specification says in words: each
 * metric is a number of the root, each dimension a text of it of at most 1,024 characters.
 */
export function emfViolations(line: string): string[] {
  const document = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const found = violations(document, EMF_SCHEMA);
  if (found.length > 0) return found;
  const { CloudWatchMetrics } = document['_aws'] as { CloudWatchMetrics: readonly Directive[] };
  for (const { Dimensions, Metrics } of CloudWatchMetrics) {
    for (const { Name } of Metrics) {
      if (typeof document[Name] !== 'number') found.push(`${Name} is no number of the root`);
    }
    for (const name of Dimensions.flat()) {
      const value = document[name];
      if (typeof value !== 'string' || value === '' || value.length > 1024) found.push(`${name} is no dimension`);
    }
  }
  return found;
}
