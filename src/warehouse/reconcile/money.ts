/** Amounts are whole millionths, so that sums and comparisons are exact whatever the currency. */
const DECIMALS = 6;

/** The millionths of a decimal with at most six places, as Postgres writes it. */
export function millionths(text: string): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (whole === undefined) throw new Error('an amount is not written as a decimal');
  const amount = BigInt(whole + fraction.padEnd(DECIMALS, '0'));
  return sign === '-' ? -amount : amount;
}

/** The decimal of millionths, with two places or as many as it has: `12.50`. */
export function decimalText(amount: bigint): string {
  const digits = String(amount < 0n ? -amount : amount).padStart(DECIMALS + 1, '0');
  const fraction = digits.slice(-DECIMALS).replace(/0{1,4}$/, '');
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}.${fraction}`;
}
