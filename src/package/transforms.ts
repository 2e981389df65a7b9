/** `clickstream/transforms`: the built-in transforms one by one, for a list of one's own. */
export { standardTransforms } from '../etl/default-pipeline.ts';
export { dedupe } from '../etl/transforms/dedupe.ts';
export { flatten } from '../etl/transforms/flatten.ts';
export { parse } from '../etl/transforms/parse.ts';
export { sessionize } from '../etl/transforms/sessionize.ts';
