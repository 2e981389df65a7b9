import { createLogger } from '../../src/log.ts';
import { keepLog } from './log-sink.ts';

/** For every run of the suite that takes a logger: as much as there is to say, into the sink that is searched at the end. */
export const suiteLog = createLogger('trace', { write: (line) => keepLog('log', line) });
