import { column, defineEtl, standardTransforms, transform } from 'clickstream';

/** Nobody takes part in more experiments at once; what is beyond is left out and counted. */
const MOST_EXPERIMENTS = 20;

/**
 * Says which variants the visitor saw: `{"experiments": {"checkout": "green"}}` of an event is `{checkout:green}`, which SQL
 * finds with `WHERE 'checkout:green' = ANY (exposures)`.
 */
export const addExposures = transform({
  name: 'addExposures',
  adds: { exposures: column.textArray('Experiments and the variant of each that was shown, as experiment:variant') },
  each({ event, row }, context) {
    const { experiments } = event;
    if (typeof experiments !== 'object' || experiments === null) return;
    const shown = Object.entries(experiments)
      .filter(([, variant]) => typeof variant === 'string' && variant !== '')
      .map(([experiment, variant]) => `${experiment}:${variant as string}`)
      // In an order that does not depend on the client's.
      .sort();
    if (shown.length > MOST_EXPERIMENTS) context.count('exposures_left_out', shown.length - MOST_EXPERIMENTS);
    if (shown.length > 0) row.exposures = shown.slice(0, MOST_EXPERIMENTS);
  },
});

const etl = defineEtl({ transforms: [...standardTransforms, addExposures] });
export const { handler } = etl;
export default etl;
