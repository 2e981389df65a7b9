import { EXIT } from './exit-codes.ts';

/** One Ctrl-C may arrive more than once: from the terminal, and from npm or tsx, which pass it on. */
const SAME_SIGNAL_MS = 500;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What a long command does about signals. */
export interface StopHooks {
  /** At the first one: what is in hand is finished. */
  readonly onStop: () => void;
  /** At the second one, before the process ends at once. */
  readonly onExit: () => void;
}

/**
 * Makes the first SIGINT or SIGTERM abort a signal and the second one end the process.
 *
 * @returns the signal, and what undoes it.
 */
export function stopOnSignals({ onStop, onExit }: StopHooks): { readonly signal: AbortSignal; release(): void } {
  const stop = new AbortController();
  let first_ms = 0;
  const onSignal = (): void => {
    if (!stop.signal.aborted) {
      first_ms = performance.now();
      stop.abort();
      onStop();
    } else if (performance.now() - first_ms > SAME_SIGNAL_MS) {
      onExit();
      process.exit(EXIT.interrupted);
    }
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: stop.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
