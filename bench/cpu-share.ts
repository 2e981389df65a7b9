import type { ChildProcess } from 'node:child_process';
import { statOf, TICKS_PER_S } from './postgres-cpu.ts';

/** How often it is looked at what a process has used. */
const LOOK_MS = 5;
/** What a process that has waited may use at once: a period of Lambda's, and two ticks of what Linux counts CPU time in. */
const BURST_S = 0.02;

/** Whether {@link limitCpu} can do it here: Linux alone tells what a process has used. */
export const CAN_LIMIT_CPU = process.platform === 'linux';

/**
 * Gives a process a share of one core, as Lambda does by its memory size: it is stopped whenever all of its threads together
 * have used more, and goes on when they have not. While it waits it saves up no more than a moment's worth. Needs no rights
 * over control groups. Does nothing where it cannot be done.
 */
export function limitCpu(child: ChildProcess, share: number): void {
  if (!CAN_LIMIT_CPU || child.pid === undefined) return;
  const pid = String(child.pid);
  const used_s = (): number => (statOf(pid)?.own ?? 0) / TICKS_PER_S;
  let last = { at_ms: performance.now(), used_s: used_s() };
  let left_s = BURST_S;
  let stopped = false;
  const timer = setInterval(() => {
    const now = { at_ms: performance.now(), used_s: used_s() };
    left_s = Math.min(BURST_S, left_s + (share * (now.at_ms - last.at_ms)) / 1000) - (now.used_s - last.used_s);
    last = now;
    if (left_s < 0 === stopped) return;
    stopped = !stopped;
    child.kill(stopped ? 'SIGSTOP' : 'SIGCONT');
  }, LOOK_MS);
  // Nobody else would wake it up.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => {
    clearInterval(timer);
    process.off('exit', kill);
  });
}
