import type { Counts } from '../etl/pipeline/ledger.ts';
import type { HourLedger, UnitLedger } from './audit-ledger.ts';

/** What a checkpoint and its runs must agree on, and how to call it. */
const COUNTED: Readonly<Partial<Record<keyof Counts, string>>> = {
  processed: 'objects',
  bytes: 'bytes',
  read: 'records read',
  split: 'split',
  inserted: 'inserted',
  duplicates: 'duplicates',
  rejected: 'rejected',
  dropped: 'dropped',
};

/**
 * Where an hour's accounts contradict each other, in a sentence each; none when it balances. It does when, of each unit
 * that was read,
 *
 * - the runs of the current pass add up to the checkpoint's counts, in everything that both count;
 * - as many dead letters lie in the hour as the pass rejected. Looked at when the hour was read to its end as one unit;
 *   when it has several, or dead letters were tried again or erased since, there may be fewer, never more than were rejected.
 */
export function imbalancesOf({ units, rejects }: HourLedger): string[] {
  const read = units.filter(({ state }) => state !== 'new');
  return [...read.flatMap((unit) => runsAgainstCheckpoint(unit)), ...rejectsAgainstPasses(read, rejects)];
}

function runsAgainstCheckpoint({ unit, counts, runs }: UnitLedger): string[] {
  if (!runs) return [`no runs of ${unit} have the ${counts.batches} batches of its checkpoint between them`];
  return (Object.keys(COUNTED) as (keyof Counts)[])
    .filter((name) => runs[name] !== counts[name])
    .map((name) => `the checkpoint of ${unit} counts ${counts[name]} ${COUNTED[name]!}, its runs ${runs[name]}`);
}

function rejectsAgainstPasses(units: readonly UnitLedger[], present: number): string[] {
  // A pass under way has cleared the dead letters of what it has read, and not yet those of what comes.
  if (units.length === 0 || units.some(({ state }) => state === 'reading')) return [];
  let rejected = 0;
  for (const { counts } of units) rejected += counts.rejected;
  const [unit] = units;
  if (units.some(({ redriven }) => redriven)) {
    const most = rejected + unit!.rejectedAgain;
    return present <= most ? [] : [`it has ${present} dead letters where ${most} were rejected`];
  }
  // Parts of one split event that are rejected share a place.
  const mayBeFewer = units.length > 1 || unit!.counts.split > 0;
  if (present === rejected || (mayBeFewer && present < rejected)) return [];
  return [`it has ${present} dead letters where ${rejected} were rejected`];
}
