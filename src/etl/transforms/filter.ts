import { column, required, type Columns, type NoColumns, type Row } from '../pipeline/column.ts';
import type { EventRecord } from '../pipeline/event-record.ts';
import { transform, type Declared, type Transform } from '../pipeline/transform.ts';
import { configError } from '../../errors.ts';
import { functionOf, listOf, mapOf, optional, readOptions, textOf, withDefault } from './options.ts';

/** What `filter` has to be told: exactly one of `only`, `except` and `keep`. */
export interface FilterOptions<Needs extends Columns = NoColumns> {
  /** Names of the events to keep. */
  readonly only?: readonly string[];
  /** Names of the events to leave out. */
  readonly except?: readonly string[];
  /** Whether to keep a record. A throw rejects the record. It may read the columns that are declared in `needs`. */
  readonly keep?: (record: EventRecord<Row<Needs & EventName>>) => boolean;
  /** The columns that `keep` reads beside `event_name`. */
  readonly needs?: Needs;
  /** Under which the others are counted. Default: `filtered`. */
  readonly reason?: string;
}

interface EventName {
  readonly event_name: ReturnType<typeof required<'text'>>;
}

/**
 * Leaves events out: all but those of some names, those of some names, or those that a function of yours does not keep.
 * They are counted under `reason`, and a rerun after a change of mind does not bring back or take away what was loaded
 * before: it only decides about what is written now.
 *
 * Costs 0.02 us per event by name (`npm run bench:transforms`); a function, what it costs.
 *
 * @example
 * defineEtl({ transforms: [...standardTransforms, filter({ except: ['heartbeat'], reason: 'heartbeat' })] });
 * @example
 * filter({
 *   needs: { page_url: column.text() },
 *   keep: ({ row }) => !row.page_url?.includes('/staging/'),
 *   reason: 'staging',
 * });
 */
export function filter<const Needs extends Columns = NoColumns>(
  options: FilterOptions<Needs>,
): Transform<'filter', Declared<Needs & EventName>, NoColumns> {
  const { only, except, keep, needs, reason } = readOptions('filter', options, {
    only: optional(NAMES),
    except: optional(NAMES),
    keep: optional(
      functionOf<NonNullable<FilterOptions<Needs>['keep']>>('a function that says whether to keep a record'),
    ),
    needs: withDefault(
      mapOf('declared columns by name', (value) => value as Columns[string]),
      new Map(),
    ),
    reason: withDefault(textOf('a lower-case name that people group by'), 'filtered'),
  });
  const given = Object.entries({ only, except, keep }).filter(([, value]) => value !== undefined);
  if (given.length !== 1) {
    const names = given.map(([name]) => name);
    throw configError(
      `filter: ${names.length === 0 ? 'nothing says what to keep' : `${names.join(' and ')} are given`}: give one of only, except and keep.`,
    );
  }
  const names = new Set(only ?? except);
  const wanted = only !== undefined;
  return transform({
    name: 'filter',
    needs: { ...Object.fromEntries(needs), event_name: required(column.text()) } as Declared<Needs & EventName>,
    each(record, context) {
      const seen = record as unknown as EventRecord<Row<Needs & EventName>>;
      const keeps: unknown = keep
        ? keep(seen)
        : names.has((record.row as { event_name: string }).event_name) === wanted;
      // A promise would keep everything, and an event lost for want of a `return` would only be a number.
      if (typeof keeps !== 'boolean') {
        throw configError('filter: what its option keep returned is neither true nor false.');
      }
      if (!keeps) context.drop(record, reason);
    },
  });
}

const NAMES = listOf('a list of event names', (name) => (typeof name === 'string' ? name : undefined));
