import { definePipeline } from './pipeline/pipeline.ts';
import { attribute } from './transforms/attribute.ts';
import { dedupe } from './transforms/dedupe.ts';
import { detectBots } from './transforms/detect-bots.ts';
import { flatten } from './transforms/flatten.ts';
import { parse } from './transforms/parse.ts';
import { sessionize } from './transforms/sessionize.ts';

/** The transforms of every run, in order. Yours go after `flatten`, which has all of an event's columns filled. */
export const defaultPipeline = definePipeline([parse, dedupe, sessionize, flatten, attribute(), detectBots()]);
