import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever the machine. */
export const TICKS_PER_S = 100;

/**
 * Seconds of CPU time that a PostgreSQL server has used until now: its postmaster, all children that it has and all that it
 * had, so backends that have ended and the writers of WAL and checkpoints are in it. NaN where the system is not Linux.
 *
 * @param pid the postmaster's.
 */
export function serverCpu_s(pid: number): number {
  const own = statOf(String(pid));
  if (!own) return NaN;
  // Those that ended are the parent's from then on.
  let ticks = own.own + own.ended;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = statOf(name);
    if (stat?.parent === pid) ticks += stat.own;
  }
  return ticks / TICKS_PER_S;
}

/** Seconds of CPU time that a process has used until now. NaN where the system is not Linux. */
export function processCpu_s(pid: number): number {
  return (statOf(String(pid))?.own ?? NaN) / TICKS_PER_S;
}

/** A process's parent, and the CPU time, in ticks, of its own and of its children that have ended; undefined when it is not there. */
export function statOf(pid: string): { parent: number; own: number; ended: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name, which may hold anything, stands in parentheses; after it come state, parent, ... and the times.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const sum = (a: number, b: number): number => Number(fields[a]) + Number(fields[b]);
  return { parent: Number(fields[1]), own: sum(11, 12), ended: sum(13, 14) };
}
