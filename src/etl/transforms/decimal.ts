/** A decimal number to the last digit: `digits` over ten to the power of `scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Beyond these exponents is no amount of money, and a text of 6 characters must not become a number of 10^999 digits. */
const MOST_SCALE = 400;

/** A decimal as JavaScript or a client writes it: `17.50`, `-.5`, `1e-7`; null for what is none. */
export function decimalOf(value: string | number): Decimal | null {
  const match = /^([+-]?)(\d{0,400})(?:\.(\d{0,400}))?(?:e([+-]?\d{1,3}))?$/i.exec(String(value).trim());
  if (!match) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > MOST_SCALE) return null;
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

/** Multiplied, to the last digit. */
export function times(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/**
 * A fraction of two decimals as text with so many digits behind the point, rounded half away from zero as Postgres rounds
 * a numeric. The divisor is not zero.
 */
export function quotient(a: Decimal, b: Decimal, decimals: number): string {
  const shift = decimals + b.scale - a.scale;
  const above = shift >= 0 ? a.digits * 10n ** BigInt(shift) : a.digits;
  const below = shift >= 0 ? b.digits : b.digits * 10n ** BigInt(-shift);
  const negative = above < 0n !== below < 0n;
  const [n, d] = [above < 0n ? -above : above, below < 0n ? -below : below];
  const rounded = (2n * n + d) / (2n * d);
  const text = rounded.toString().padStart(decimals + 1, '0');
  const point = text.length - decimals;
  const shown = decimals === 0 ? text : `${text.slice(0, point)}.${text.slice(point)}`;
  return negative && rounded !== 0n ? `-${shown}` : shown;
}

export const ONE: Decimal = { digits: 1n, scale: 0 };
