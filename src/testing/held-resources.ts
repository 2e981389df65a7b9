import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';

/** What keeps a process running, by the names that Node gives them. */
const HOLDING = new Set([
  ...['Timeout', 'TCPWRAP', 'TCPSERVERWRAP', 'PIPEWRAP', 'PIPESERVERWRAP', 'UDPWRAP', 'TLSWRAP'],
  ...['PROCESSWRAP', 'FSEVENTWRAP', 'STATWATCHER', 'WORKER', 'MESSAGEPORT'],
]);

/**
 * What is begun by some work and still there after it, such as `Timeout`: it would keep the process, or go on in the next
 * invocation of a Lambda. What others begin meanwhile does not count.
 */
export async function heldAfter(work: () => Promise<unknown>): Promise<string[]> {
  const own = new AsyncLocalStorage<true>();
  const held = new Map<number, { readonly type: string; readonly resource: object }>();
  const hook = createHook({
    init: (id, type, _trigger, resource) => {
      if (own.getStore() && HOLDING.has(type)) held.set(id, { type, resource });
    },
    destroy: (id) => void held.delete(id),
  }).enable();
  try {
    await own.run(true, work);
    // Node tells of the end of something after the callbacks of that moment.
    for (let turns = 0; turns < 3; turns += 1) await turn();
  } finally {
    hook.disable();
  }
  return [...held.values()].filter(({ resource }) => holds(resource)).map(({ type }) => type);
}

/** A timer that was unref'd keeps nothing. */
function holds(resource: object): boolean {
  const { hasRef } = resource as { hasRef?: () => boolean };
  return typeof hasRef !== 'function' || hasRef.call(resource);
}
