/** A decimal, in any of the forms that JavaScript and Postgres write, as digits without an exponent or idle zeros. */
export function exactDecimal(text: string): string {
  const parts = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text);
  if (parts === null) throw new Error(`${text} is no decimal`);
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts;
  const digits = BigInt(whole + fraction);
  let scale = fraction.length - Number(exponent);
  if (digits === 0n) return '0';
  let significant = digits.toString();
  while (significant.endsWith('0')) {
    significant = significant.slice(0, -1);
    scale -= 1;
  }
  return `${sign === '-' ? '-' : ''}${significant}e${-scale}`;
}

/** A JSON value as a text in which the order of keys means nothing, as in jsonb. What JSON has no word for is its name. */
export function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${sortedJson(one)}`);
  return `{${members.sort().join(',')}}`;
}
