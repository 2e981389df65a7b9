import { column, required } from '../pipeline/column.ts';
import type { JsonObject } from '../pipeline/record.ts';
import { transform } from '../pipeline/transform.ts';
import { configError } from '../../errors.ts';
import { mapOf, readOptions, withDefault } from './options.ts';
import { asPath, GONE, putAt, replaceAt, valueAt } from './paths.ts';
import { asObject } from './values.ts';

/** What `rename` may be told; at least one of the two. */
export interface RenameOptions {
  /** New names of events by their old ones. */
  readonly events?: Readonly<Record<string, string>>;
  /** New places in `properties` by the old ones, with dots: `{ 'ctx.ab': 'experiment' }`. */
  readonly properties?: Readonly<Record<string, string>>;
}

/**
 * Gives events and what lies in `properties` other names, such as when a tracker's new version calls something
 * differently and reports should not care. A value stays where it is, and is counted as `name_taken`, where the new place
 * has a value already. To make a column of a property, write a transform: it is five lines.
 *
 * Costs 0.7 us per event with one property that moves (`npm run bench:transforms`).
 *
 * @example
 * defineEtl({ transforms: [...standardTransforms, rename({ events: { pdp_view: 'product_view' }, properties: { 'ctx.ab': 'experiment' } })] });
 */
export function rename(options: RenameOptions) {
  const { events, properties } = readOptions('rename', options, {
    events: withDefault(mapOf('texts by text: new names by old ones', someText), new Map<string, string>()),
    properties: withDefault(
      mapOf('new places in properties by old ones, with dots and without *', (to, from) => {
        const paths = [asPath(from), asPath(to)] as const;
        return paths.some((path) => path === undefined || path.includes('*'))
          ? undefined
          : { from: paths[0]!, to: paths[1]! };
      }),
      new Map<string, never>(),
    ),
  });
  if (events.size + properties.size === 0)
    throw configError('rename: nothing is to be renamed: give events or properties.');
  const moves = [...properties.values()];

  return transform({
    name: 'rename',
    needs: { event_name: required(column.text()), properties: column.jsonb() },
    each({ row }, context) {
      const name = events.get(row.event_name);
      if (name !== undefined) row.event_name = name;
      for (const { from, to } of moves) {
        const object: JsonObject | null = asObject(row.properties);
        const value = valueAt(object, from);
        if (value === undefined) continue;
        const moved = putAt(replaceAt(object, from, () => GONE) as JsonObject, to, value);
        if (moved === null) context.count('name_taken');
        else row.properties = moved;
      }
    },
  });
}

function someText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
