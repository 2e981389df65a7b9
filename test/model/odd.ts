import { definePipeline } from '../../src/etl/pipeline/pipeline.ts';
import { transform } from '../../src/etl/pipeline/transform.ts';
import { attribute } from '../../src/etl/transforms/attribute.ts';
import { dedupe } from '../../src/etl/transforms/dedupe.ts';
import { detectBots } from '../../src/etl/transforms/detect-bots.ts';
import { flatten } from '../../src/etl/transforms/flatten.ts';
import { parse } from '../../src/etl/transforms/parse.ts';
import { sessionize } from '../../src/etl/transforms/sessionize.ts';
import type { TestEvent } from '../support/bucket.ts';
import type { StoredRecord } from '../support/mixed-hour.ts';

/** What marks an event that a faulty transform rejects. */
export const ODD: TestEvent = { experiment: 'odd' };
export const REFUSED = 'refused';

export function isOdd(record: StoredRecord): record is { readonly event: TestEvent } {
  return 'event' in record && record.event['experiment'] === ODD['experiment'];
}

const check = transform({
  name: 'check',
  each(record, context) {
    if (record.event['experiment'] === ODD['experiment']) context.reject(record, REFUSED, 'It is refused.');
  },
});

/** The pipeline with a transform of somebody's own that rejects events which there is nothing wrong with. */
export const FAULTY = definePipeline([parse, dedupe, sessionize, flatten, attribute(), detectBots(), check]);
