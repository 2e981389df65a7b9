import type { Amount, Discrepancy, Reconciled } from '../warehouse/reconcile/merge-orders.ts';
import { decimalText } from '../warehouse/reconcile/money.ts';
import type { Colors } from './output.ts';
import { formatTable } from './table.ts';
import { countText, isoText, plural } from './text.ts';

/** What share of something was seen, in percent; everything of nothing. */
export function coverageOf(seen: number | bigint, of: number | bigint): number {
  return Number(of) === 0 ? 100 : (100 * Number(seen)) / Number(of);
}

/** The lowest coverage, of orders and of the revenue in any currency. */
export function lowestCoverage({ orders, seen, revenue }: Reconciled): number {
  return Math.min(coverageOf(seen, orders), ...Array.from(revenue.values(), (sum) => coverageOf(sum.seen, sum.total)));
}

/** The first discrepancies of each kind, and how many there are. */
export class Listing {
  readonly #most: number;
  readonly listed: Readonly<Record<Discrepancy['kind'], Discrepancy[]>> = { missing: [], unknown: [], differs: [] };

  constructor(most: number) {
    this.#most = most;
  }

  add(discrepancy: Discrepancy): void {
    const list = this.listed[discrepancy.kind];
    if (list.length < this.#most) list.push(discrepancy);
  }
}

const TITLES = {
  missing: 'not seen by clickstream',
  differs: 'with another total',
  unknown: 'not in the shop’s table',
} as const;

/** A comparison as a person reads it: coverage first, then what is not the same on both sides. */
export function reconciledText(result: Reconciled, { listed }: Listing, colors: Colors): string {
  const { orders, seen, differing, unknown, repeated, revenue } = result;
  const coverage = percentText(coverageOf(seen, orders));
  const lines = [
    `${(seen === orders ? colors.green : colors.red)(coverage)} of ${plural(orders, 'order')} seen, ` +
      `${countText(orders - seen)} missing, ${countText(differing)} with another total, ${countText(unknown)} not in the shop’s table`,
    ...Array.from(revenue).map(
      ([currency, sum]) =>
        `${percentText(coverageOf(sum.seen, sum.total))} of ${[decimalText(sum.total), currency].join(' ').trimEnd()} seen`,
    ),
  ];
  if (repeated > 0)
    lines.push(`${plural(repeated, 'row has', 'rows have')} the id of another one, and each id was counted once.`);
  const counts = { missing: orders - seen, differs: differing, unknown };
  for (const kind of ['missing', 'differs', 'unknown'] as const) {
    const found = listed[kind];
    if (found.length === 0) continue;
    const title = colors.bold(`${countText(counts[kind])} ${TITLES[kind]}`);
    const columns = [
      { title: 'order' },
      { title: 'time' },
      { title: 'shop', numeric: true },
      { title: 'seen', numeric: true },
    ];
    const rows = found.map(({ id, at, shop, seen: other }) => [
      shownId(id),
      isoText(at.getTime())!,
      amountText(shop),
      amountText(other),
    ]);
    lines.push('', title, formatTable(columns, rows));
    if (found.length < counts[kind])
      lines.push(colors.dim(`and ${countText(counts[kind] - found.length)} more; --list says how many are listed`));
  }
  return lines.join('\n');
}

/** A comparison as a program reads it; amounts are decimals as text. */
export function reconciledDocument(result: Reconciled, { listed }: Listing): Readonly<Record<string, unknown>> {
  const { revenue, ...counts } = result;
  const document = (found: readonly Discrepancy[]): object[] =>
    found.map(({ id, at, shop, seen }) => ({
      id,
      time: at.toISOString(),
      ...(shop ? { shop: { total: decimalText(shop.total), currency: shop.currency } } : {}),
      ...(seen ? { seen: { total: decimalText(seen.total), currency: seen.currency } } : {}),
    }));
  return {
    coverage: coverageOf(result.seen, result.orders),
    ...counts,
    revenue: Array.from(revenue, ([currency, sum]) => ({
      currency,
      total: decimalText(sum.total),
      seen: decimalText(sum.seen),
      coverage: coverageOf(sum.seen, sum.total),
    })),
    missing: document(listed.missing),
    differingOrders: document(listed.differs),
    unknownOrders: document(listed.unknown),
  };
}

/** Rounded down, so that 100 % is all of them. */
function percentText(coverage: number): string {
  return `${(Math.floor(coverage * 100) / 100).toFixed(2)} %`;
}

function amountText(amount: Amount | undefined): string {
  return amount === undefined ? '' : [decimalText(amount.total), amount.currency].join(' ').trimEnd();
}

/** An id may hold anything that a client sent: one line of it, and no escape sequence. */
function shownId(id: string): string {
  const line = id.replaceAll(/\p{Cc}/gu, '\uFFFD');
  return line.length > 64 ? `${line.slice(0, 63)}…` : line;
}
