import { ClickstreamError } from '../../errors.ts';
import { millionths } from './money.ts';

/** An order as one of the two sides has it. */
export interface SideOrder {
  readonly id: string;
  readonly at: Date;
  /** A decimal with at most six places. */
  readonly total: string;
  /** Empty where there is none. */
  readonly currency: string;
  /** Whether it lies in the range that is asked for (and has a status that counts), and not only near it. */
  readonly counts: boolean;
}

/** An order of which the two sides do not say the same. */
export interface Discrepancy {
  readonly kind: 'missing' | 'unknown' | 'differs';
  readonly id: string;
  readonly at: Date;
  /** As the shop has it; absent where only clickstream has seen it. */
  readonly shop?: Amount;
  /** As clickstream has seen it; absent where it has not. */
  readonly seen?: Amount;
}

export interface Amount {
  /** Millionths. */
  readonly total: bigint;
  readonly currency: string;
}

/** What is counted on the way. */
export interface Reconciled {
  /** Orders of the shop. */
  readonly orders: number;
  /** Of these, those that clickstream has seen. */
  readonly seen: number;
  /** Of these, those with another total or currency. */
  readonly differing: number;
  /** Orders that only clickstream has seen. */
  readonly unknown: number;
  /** Rows of the shop whose id another row has, too; one of them stands for the order. */
  readonly repeated: number;
  /** The shop's totals by currency, in millionths: of all of its orders, and of those that were seen. */
  readonly revenue: ReadonlyMap<string, { readonly total: bigint; readonly seen: bigint }>;
}

/**
 * Compares two sequences of orders, each in the order of ids by bytes, holding one of each at a time.
 *
 * @param found told of each discrepancy, in the order of ids.
 * @throws ClickstreamError `orders_unsorted` when a server sorts otherwise.
 */
export async function mergeOrders(
  shop: AsyncIterable<SideOrder>,
  seen: AsyncIterable<SideOrder>,
  found: (discrepancy: Discrepancy) => void,
): Promise<Reconciled> {
  const counts = { orders: 0, seen: 0, differing: 0, unknown: 0, repeated: 0 };
  const revenue = new Map<string, { total: bigint; seen: bigint }>();
  const shops = new InOrder(shop, () => (counts.repeated += 1));
  const seens = new InOrder(seen, () => undefined);
  let ours = await shops.next();
  let theirs = await seens.next();

  function count(order: SideOrder, match: SideOrder | undefined): void {
    if (!order.counts) return;
    const amount = amountOf(order);
    const sum = revenue.get(amount.currency) ?? { total: 0n, seen: 0n };
    revenue.set(amount.currency, sum);
    counts.orders += 1;
    sum.total += amount.total;
    if (!match) return found({ kind: 'missing', id: order.id, at: order.at, shop: amount });
    counts.seen += 1;
    sum.seen += amount.total;
    const other = amountOf(match);
    const sameCurrency = amount.currency === '' || amount.currency === other.currency;
    if (sameCurrency && amount.total === other.total) return;
    counts.differing += 1;
    found({ kind: 'differs', id: order.id, at: order.at, shop: amount, seen: other });
  }

  while (ours || theirs) {
    const order = !ours ? 1 : !theirs ? -1 : byBytes(ours.id, theirs.id);
    if (order > 0) {
      if (theirs!.counts) {
        counts.unknown += 1;
        found({ kind: 'unknown', id: theirs!.id, at: theirs!.at, seen: amountOf(theirs!) });
      }
    } else {
      count(ours!, order === 0 ? theirs : undefined);
    }
    if (order <= 0) ours = await shops.next();
    if (order >= 0) theirs = await seens.next();
  }
  return { ...counts, revenue };
}

/** Reads on, each id once. */
class InOrder {
  readonly #orders: AsyncIterator<SideOrder>;
  readonly #onRepeated: () => void;
  #last: string | undefined;

  constructor(orders: AsyncIterable<SideOrder>, onRepeated: () => void) {
    this.#orders = orders[Symbol.asyncIterator]();
    this.#onRepeated = onRepeated;
  }

  async next(): Promise<SideOrder | undefined> {
    for (;;) {
      const next = await this.#orders.next();
      if (next.done) return undefined;
      const { id } = next.value;
      const order = this.#last === undefined ? 1 : byBytes(id, this.#last);
      if (order < 0) {
        throw new ClickstreamError({
          code: 'orders_unsorted',
          stage: 'read',
          message: 'A database gave its orders in another order than that of their bytes: its encoding must be UTF8.',
        });
      }
      this.#last = id;
      if (order > 0) return next.value;
      if (next.value.counts) this.#onRepeated();
    }
  }
}

function amountOf({ total, currency }: SideOrder): Amount {
  return { total: millionths(total), currency };
}

/** As COLLATE "C" has it; JavaScript's own order differs for characters beyond 16 bits. */
function byBytes(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
