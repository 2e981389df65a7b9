import { column } from '../../../src/etl/pipeline/column.ts';
import { transform } from '../../../src/etl/pipeline/transform.ts';

export interface MarkRowsOptions {
  /** What they are marked with;
   * `x | y` unless given. */
  readonly mark?: string;
  readonly every: number | 'all';
}

/**
 * Marks rows. See {@link MarkRowsOptions}
 * for how.
 *
 * @example
 * markRows({ every: 2 })
 */
export function markRows({ mark = 'x', every }: MarkRowsOptions = { every: 'all' }) {
  return transform({
    name: 'markRows',
    needs: { event_name: column.text() },
    adds: { mark: column.text('Its mark') },
    each: ({ row }) => void (row.mark = `${mark} ${every}`),
  });
}

/** Is no transform, and makes none. */
export const helpMark = (): string => 'x';
