import { nearestName } from '../../config/nearest-name.ts';
import type { Columns, Row } from './column.ts';
import { isAsync, whatItIs } from './look.ts';
import type { TransformRun } from './transform.ts';
import { misbehaviour } from './transform-error.ts';

const KEYS = ['each', 'batch', 'prefetch', 'prefetchTimeout_ms', 'delivered', 'close'] as const;

/**
 * What a transform's `open` returned, checked for whoever has no compiler that would.
 *
 * @throws ClickstreamError `transform_failed` that says what to return instead.
 */
export function checkedRun(name: string, run: unknown): TransformRun<Row<Columns>> {
  if (typeof run !== 'object' || run === null || Array.isArray(run)) {
    throw misbehaviour(name, `returned ${whatItIs(run)} from open: return { each({ row }, context) { ... } }`);
  }
  const { batch } = run as Partial<TransformRun<unknown>>;
  if (typeof batch !== 'function') {
    throw misbehaviour(name, 'returned neither each nor batch from open: return { each({ row }, context) { ... } }');
  }
  if (isAsync(batch)) {
    throw misbehaviour(name, 'returned an async batch from open, which nobody waits for: ask for it in prefetch');
  }
  // An object of a class may have whatever it likes beside.
  if (Object.getPrototypeOf(run) === Object.prototype) {
    const unknown = Object.keys(run).find((key) => !(KEYS as readonly string[]).includes(key));
    if (unknown !== undefined) throw misbehaviour(name, unknownKey(unknown));
  }
  return run as TransformRun<Row<Columns>>;
}

function unknownKey(key: string): string {
  const meant = nearestName(key, KEYS);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return `returned "${key}" from open, which nobody would call${hint}: there are ${KEYS.join(', ')}`;
}
