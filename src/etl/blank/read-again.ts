import type { EtlSettings } from '../../config/settings.ts';
import { ClickstreamError } from '../../errors.ts';
import { auditHours } from '../../warehouse/audit.ts';
import type { HourUnit } from '../pipeline/hours.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { HoursFailed } from '../pipeline/run.ts';
import type { ObjectStore } from '../pipeline/source.ts';
import { runRequest } from '../run-etl.ts';

/**
 * - `read`: it was read to its end
 * - `unchanged`: the ledger has its objects as they are, or never had them
 * - anything else is why it is still to be read: `busy`, `partial`, or an error's code
 */
export type ReadAgain = string;

export interface ReadAgainOptions {
  readonly store: ObjectStore;
  readonly pipeline: Pipeline;
  readonly signal: AbortSignal;
}

/**
 * Runs an hour again if its objects are not those that the ledger says were read. A run, and no correction of the
 * ledger: sizes, counts, manifests and the places of dead letters then all come from what was read.
 */
export async function readAgain(hour: HourUnit, settings: EtlSettings, options: ReadAgainOptions): Promise<ReadAgain> {
  const { store, pipeline, signal } = options;
  if (!(await isOutOfDate(hour, settings, store, signal))) return 'unchanged';
  try {
    const request = { kind: 'hours', prefix: hour.prefix, hours: [hour] } as const;
    const { status } = await runRequest(request, settings, { store, pipeline, stop: signal });
    return status === 'complete' ? 'read' : status;
  } catch (error) {
    if (!(error instanceof HoursFailed)) throw error;
    const cause = error.failures[0]?.error;
    return cause instanceof ClickstreamError ? cause.code : 'failed';
  }
}

async function isOutOfDate(
  hour: HourUnit,
  settings: EtlSettings,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<boolean> {
  for await (const audit of auditHours([hour], settings, store, { now_ms: Date.now(), most_keys: 0, signal }))
    return audit.state !== 'never' && audit.changed.count > 0;
  return false;
}
