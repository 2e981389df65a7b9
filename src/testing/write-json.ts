/**
 * JSON that `JSON.parse` reads back as the value it was given. `JSON.stringify` turns Infinity, which `JSON.parse` makes of
 * 1e400, into null, and -0 into 0.
 */
export function writeJson(value: unknown): string {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
    return Number.isNaN(value) ? 'null' : value < 0 ? '-1e400' : '1e400';
  }
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => `${JSON.stringify(key)}:${writeJson(item)}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value ?? null);
}
