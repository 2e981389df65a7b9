import { nearestName } from '../../config/nearest-name.ts';
import { configError } from '../../errors.ts';
import { isAsync, isColumn, whatItIs } from './look.ts';

const VERBS = ['each', 'batch', 'open'] as const;
const KEYS = ['name', 'needs', 'adds', 'when', ...VERBS] as const;

/**
 * Checks what was given to `transform`, for whoever has no compiler that would.
 *
 * @throws ClickstreamError `invalid_config` that says what to write instead.
 */
export function checkDefinition(given: unknown): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw configError(
      `transform() takes an object such as { name: 'addDiscount', adds: { ... }, each({ row }) { ... } }, and this is ${whatItIs(given)}`,
    );
  }
  const definition = given as Readonly<Record<string, unknown>>;
  const { name } = definition;
  if (typeof name !== 'string' || name.trim() === '') {
    throw configError(`A transform has no name: give it a verb that reports can show, such as name: 'addDiscount'`);
  }
  const it = `The transform "${name}"`;
  for (const key of Object.keys(definition)) if (!isKey(key)) throw unknownKey(it, key);
  checkVerb(it, definition);
  if (definition['when'] !== undefined) checkFunction(it, 'when', definition['when']);
  for (const key of ['needs', 'adds']) if (definition[key] !== undefined) checkColumns(it, key, definition[key]);
}

function isKey(key: string): boolean {
  return (KEYS as readonly string[]).includes(key);
}

function unknownKey(it: string, key: string): Error {
  const meant = nearestName(key, KEYS);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return configError(`${it} has an option "${key}" that there is not${hint}: there are ${KEYS.join(', ')}`);
}

function checkVerb(it: string, definition: Readonly<Record<string, unknown>>): void {
  const given = VERBS.filter((verb) => definition[verb] !== undefined);
  if (given.length > 1) throw configError(`${it} has ${given.join(' and ')}: give one of each, batch and open`);
  const [verb] = given;
  if (verb === undefined) {
    throw configError(
      `${it} does nothing: give it each (a record at a time), batch (records together) or open (with a state of its own)`,
    );
  }
  // Only `open` may take its time.
  checkFunction(it, verb, definition[verb], verb === 'open');
}

function checkFunction(it: string, key: string, value: unknown, mayWait = false): void {
  if (typeof value !== 'function') throw configError(`${it} has as ${key} ${whatItIs(value)}: make it a function`);
  if (!mayWait && isAsync(value)) {
    throw configError(
      `${it} has an async ${key}, which nobody waits for: load what it needs in open, or ask for it in prefetch`,
    );
  }
}

function checkColumns(it: string, key: string, columns: unknown): void {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) {
    throw configError(`${it} has as ${key} ${whatItIs(columns)}: write { discount: column.numeric('What it means') }`);
  }
  for (const [name, declared] of Object.entries(columns)) {
    if (isColumn(declared)) continue;
    const what = `${it} declares the column "${name}" in ${key} as ${whatItIs(declared)}`;
    throw configError(
      typeof declared === 'function'
        ? `${what}: call it, as in column.numeric()`
        : `${what}: write column.text(), column.numeric() or another of column`,
    );
  }
}
