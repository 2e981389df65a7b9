/** `clickstream/transforms`: the built-in transforms one by one, for a list of one's own. */
export { standardTransforms } from '../etl/default-pipeline.ts';
export * from '../etl/transforms/index.ts';
