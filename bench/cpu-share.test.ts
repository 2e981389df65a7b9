import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { CAN_LIMIT_CPU, limitCpu } from './cpu-share.ts';

const LONG = { timeout: 20_000, interval: 2 };

test.runIf(CAN_LIMIT_CPU)(
  'a busy process is stopped, and goes on again and again, while it may have a tenth of a core',
  async () => {
    const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
    const ended = once(child, 'exit');
    // The letter after the name: T is stopped, R is running.
    const state = (): string => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]![0]!;
    try {
      limitCpu(child, 0.1);
      for (const wanted of ['T', 'R', 'T', 'R']) await vi.waitFor(() => expect(state()).toBe(wanted), LONG);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  },
  60_000,
);
