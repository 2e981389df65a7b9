/** What decides which of several records of one event stands. */
export interface Standing {
  readonly event_id: string;
  /** Epoch milliseconds. */
  readonly received_at: number;
  readonly record_hash: number;
}

/**
 * One item per event: of two records of one event the one received first stands, then the one with the lower hash.
 *
 * The items are sorted in place, and come back, in the order of the key: two runs that insert the same events then wait
 * for each other instead of deadlocking.
 */
export function firstOfEach<Item extends { readonly row: Standing }>(items: Item[]): Item[] {
  items.sort((a, b) =>
    a.row.event_id < b.row.event_id ? -1 : a.row.event_id > b.row.event_id ? 1 : standing(a.row, b.row),
  );
  return items.filter(({ row }, at) => at === 0 || items[at - 1]!.row.event_id !== row.event_id);
}

function standing(a: Standing, b: Standing): number {
  return a.received_at - b.received_at || a.record_hash - b.record_hash;
}
