import type { Kind } from '../config/env-reader.ts';
import { readPayload, type RunRequest } from '../config/payload.ts';
import { wholeNumber } from '../config/setting-kinds.ts';
import type { BudgetLimits } from '../etl/pipeline/budget.ts';
import { FLAG_OF_KEY, flagError, inTermsOfFlags, readFlag } from './flag.ts';
import { readHourRange } from './hour-range.ts';

/** The flags of `clickstream etl`, as they were typed. */
export interface EtlFlags {
  readonly hour?: string;
  readonly date?: string;
  readonly prefix?: string;
  readonly hoursBack?: string;
  readonly from?: string;
  readonly to?: string;
  readonly startAfter?: string;
  readonly endAt?: string;
  readonly budget?: string;
  readonly memory?: string;
  readonly batch?: string;
  readonly pipeline?: string;
  readonly dryRun?: boolean;
  readonly output?: string;
  readonly rejects?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Where a dry run writes: files, or `-` for stdout. */
export interface DryRun {
  readonly output: string;
  readonly rejects?: string;
}

/** What the flags of `clickstream etl` ask for. */
export interface EtlPlan {
  readonly request: RunRequest;
  readonly limits: BudgetLimits;
  /** In place of MAX_RECORDS_PER_BATCH. */
  readonly maxRecordsPerBatch?: number;
  readonly dryRun?: DryRun;
}

/** More than a day and a week is a mistake in the unit. */
const seconds: Kind<number> = {
  allowed: 'seconds from 1 to 604800, such as 900 or 2.5',
  parse: (text) => {
    if (!/^\d{1,6}(?:\.\d{1,3})?$/.test(text)) return undefined;
    const value = Number(text);
    return value >= 1 && value <= 604_800 ? value : undefined;
  },
};

/**
 * What the flags ask for. Hours and key ranges go through the payload's own checks.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag.
 */
export function readEtlFlags(flags: EtlFlags, clock_ms: number): EtlPlan {
  const budget_s = readFlag('--budget', flags.budget, seconds);
  // A process of Node takes 100 MB before it has read anything.
  const memory_mb = readFlag('--memory', flags.memory, wholeNumber(256, 1_048_576));
  const maxRecordsPerBatch = readFlag('--batch', flags.batch, wholeNumber(1, 1_000_000));
  const dryRun = readDryRun(flags);
  return {
    request: readRequest(flags, clock_ms),
    limits: {
      remaining_ms: budget_s === undefined ? Infinity : budget_s * 1000,
      memory_bytes: memory_mb === undefined ? Infinity : memory_mb * 2 ** 20,
    },
    ...(maxRecordsPerBatch === undefined ? {} : { maxRecordsPerBatch }),
    ...(dryRun === undefined ? {} : { dryRun }),
  };
}

function readRequest(flags: EtlFlags, clock_ms: number): RunRequest {
  const payload = payloadOf(flags);
  if (flags.from === undefined && flags.to === undefined) {
    return inTermsOfFlags(() => readPayload(payload, clock_ms));
  }
  const [other] = Object.keys(payload);
  if (other !== undefined) throw flagError(`Give --from and --to, or ${FLAG_OF_KEY[other]!}, not both of them.`);
  return readHourRange(flags.from, flags.to, clock_ms);
}

/** The flags that stand for a payload's keys, as that payload; empty for the schedule's turn. */
export function payloadOf(flags: EtlFlags): Readonly<Record<string, unknown>> {
  const { hour, date, prefix, hoursBack, startAfter, endAt } = flags;
  return {
    // What is no number goes on as the text that it is, to be refused with the rest.
    ...(hoursBack === undefined ? {} : { hoursBack: /^\d{1,9}$/.test(hoursBack) ? Number(hoursBack) : hoursBack }),
    ...(hour === undefined ? {} : { targetUtcHour: hour }),
    ...(date === undefined ? {} : { targetUtcDate: date }),
    ...(prefix === undefined ? {} : { overridePrefix: prefix }),
    ...(startAfter === undefined ? {} : { startAfter }),
    ...(endAt === undefined ? {} : { endAt }),
  };
}

function readDryRun({ dryRun, output, rejects, json }: EtlFlags): DryRun | undefined {
  if (dryRun !== true) {
    if (output !== undefined) throw flagError('--output is where a dry run writes: give --dry-run with it.');
    if (rejects !== undefined) throw flagError('--rejects is where a dry run writes: give --dry-run with it.');
    return undefined;
  }
  if (output === '') throw flagError('--output is empty: give a file, or "-" for stdout.');
  if (rejects === '') throw flagError('--rejects is empty: give a file, or "-" for stdout.');
  const plan = { output: output ?? '-', ...(rejects === undefined ? {} : { rejects }) };
  const onStdout = [plan.output, rejects, json === true ? '-' : undefined].filter((name) => name === '-');
  if (onStdout.length > 1) {
    throw flagError('Only one of the rows, --rejects and --json can go to stdout: give --output FILE.');
  }
  return plan;
}
