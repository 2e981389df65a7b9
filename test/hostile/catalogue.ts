import { IDS } from './records/ids.ts';
import { KEYS } from './records/keys.ts';
import { LINES } from './records/lines.ts';
import { NUMBERS } from './records/numbers.ts';
import { SIZES } from './records/sizes.ts';
import { TEXTS } from './records/texts.ts';
import { TIMES } from './records/times.ts';
import type { RecordCase } from './record-case.ts';

/** Every hostile record. What is hostile about a whole object is in `bodies.ts`, about settings in `configuration.ts`. */
export const RECORD_CASES: readonly RecordCase[] = [IDS, TEXTS, KEYS, TIMES, NUMBERS, SIZES, LINES].flat();
