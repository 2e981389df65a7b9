import { definePipeline } from './pipeline/pipeline.ts';
import { attribute } from './transforms/attribute.ts';
import { dedupe } from './transforms/dedupe.ts';
import { flatten } from './transforms/flatten.ts';
import { parse } from './transforms/parse.ts';
import { sessionize } from './transforms/sessionize.ts';

/** The built-in transforms of every run, in order. Yours go after them, where all of an event's columns are filled. */
export const standardTransforms = [parse, dedupe, sessionize, flatten, attribute()] as const;

/** What runs when nobody gives transforms of their own. */
export const defaultPipeline = definePipeline(standardTransforms);
