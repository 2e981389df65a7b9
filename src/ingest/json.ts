import { randomUUID } from 'node:crypto';

/** Stands for infinity until it is written. Nobody outside knows it, so no client's text can be taken for it. */
const INFINITY = randomUUID();

/**
 * JSON of a value that `JSON.parse` gave. `JSON.stringify` would write null for 1e400, which is read as infinity: here
 * it stays a number beyond all, so that nothing a client sent is lost on the way.
 */
export function writeJson(value: unknown): string {
  const json = JSON.stringify(value);
  if (!json.includes('null') || !holdsInfinity(value)) return json;
  return JSON.stringify(value, (_key, one: unknown) => {
    if (one === Infinity) return INFINITY;
    return one === -Infinity ? `-${INFINITY}` : one;
  }).replaceAll(new RegExp(`"(-?)${INFINITY}"`, 'g'), '$11e999');
}

function holdsInfinity(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsInfinity);
}
