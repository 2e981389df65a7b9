import { column, required } from '../pipeline/column.ts';
import type { JsonObject } from '../pipeline/record.ts';
import { transform } from '../pipeline/transform.ts';
import { EVENT_NAMES } from './event-names.ts';
import { listOf, mapOf, readOptions, withDefault } from './options.ts';
import { putAt } from './paths.ts';
import { asObject } from './values.ts';

/** A tracker whose names of events are known. */
export type Vocabulary = keyof typeof EVENT_NAMES;

/** What `mapEventNames` may be told. */
export interface MapEventNamesOptions {
  /** Whose names to map. Of two that map one name, the first counts. Default: `['ga4', 'segment', 'snowplow']`. */
  readonly from?: readonly Vocabulary[];
  /** Names beside these, or instead: ours by theirs. */
  readonly also?: Readonly<Record<string, string>>;
}

const VOCABULARIES = Object.keys(EVENT_NAMES) as Vocabulary[];

/**
 * Gives events that another tracker named the names that funnels and reports here go by: `purchase`, `Order Completed` and
 * `transaction` all become `checkout_complete`. Case and separators of their names do not count. The name as it was sent
 * stays in `properties.originalEventName`; a name that is not known stays as it is.
 *
 * Snowplow's `checkout_step` has no fixed meaning: map it with `also`, if you do.
 *
 * Costs 0.6 us per event (`npm run bench:transforms`).
 *
 * @example
 * defineEtl({ transforms: [...standardTransforms, mapEventNames({ from: ['ga4'], also: { 'Quiz Done': 'quiz_complete' } })] });
 */
export function mapEventNames(options: MapEventNamesOptions = {}) {
  const { from, also } = readOptions('mapEventNames', options, {
    from: withDefault(
      listOf(`a list of ${VOCABULARIES.map((name) => `"${name}"`).join(', ')}`, (item) => VOCABULARIES.find((name) => name === item)), // prettier-ignore
      VOCABULARIES,
    ),
    also: withDefault(
      mapOf('texts by text: our names by theirs', (value) => (typeof value === 'string' && value !== '' ? value : undefined)), // prettier-ignore
      new Map<string, string>(),
    ),
  });
  const ours = new Map<string, string>();
  for (const name of [...from].reverse()) for (const [theirs, our] of Object.entries(EVENT_NAMES[name])) ours.set(theirs, our); // prettier-ignore
  for (const [theirs, our] of also) ours.set(bare(theirs), our);

  return transform({
    name: 'mapEventNames',
    needs: { event_name: required(column.text()), properties: column.jsonb() },
    each({ row }, context) {
      const sent = row.event_name;
      const name = ours.get(sent) ?? (sent.length <= LONGEST_NAME ? ours.get(bare(sent)) : undefined);
      if (name === undefined || name === sent) return;
      row.event_name = name;
      const properties: JsonObject = asObject(row.properties) ?? {};
      // A client may have sent something of this name; that is the client's.
      row.properties = putAt(properties, ['originalEventName'], sent) ?? properties;
      context.count('mapped');
    },
  });
}

/** No name that is known is longer, however it is written. */
const LONGEST_NAME = 200;

/** A name as the table has it: `Product Viewed` and `ProductViewed` are `product_viewed`. */
function bare(name: string): string {
  return name
    .replaceAll(/([a-z0-9])(?=[A-Z])/g, '$1_')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_/, '')
    .replace(/_$/, '');
}
