const LONGEST_SHOWN = 80;

/**
 * A wrong value as an error message may show it: one line, quoted, at most 80 characters of it. What stands before an
 * `@`, after a `?` or after `password=` is masked: a connection string that was pasted into the wrong place has its
 * password there.
 */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  const masked = value
    .replace(/^.*@/s, '***@')
    .replace(/\?.*$/s, '?***')
    .replace(/((?:pass|secret|token|key)\w*\s*=\s*).*$/is, '$1***');
  return JSON.stringify(masked.length > LONGEST_SHOWN ? `${masked.slice(0, LONGEST_SHOWN)}…` : masked);
}
