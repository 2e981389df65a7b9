import type { Pruned } from '../warehouse/prune.ts';
import { isoText, plural } from './text.ts';

/** What pruning deleted, or would. */
export function prunedText(
  { keptFrom_ms, events, sessions, orders, visitors, rejects }: Pruned,
  dryRun: boolean,
): string {
  const border = isoText(keptFrom_ms)!;
  if (dryRun)
    return `${plural(events, 'event')} would be deleted, and records from before ${border} be dropped from then on.`;
  const rows =
    visitors + sessions + orders === 0
      ? ''
      : `, with the rows of ${plural(visitors, 'visitor')}, ${plural(sessions, 'session')} and ${plural(orders, 'order')}`;
  return [
    `Deleted ${plural(events, 'event')} and ${plural(rejects, 'dead letter')}${rows}. The sums are as they were.`,
    `Events are kept from ${border} on. PostgreSQL uses the space again once autovacuum has been there.`,
  ].join('\n');
}
