import { expect, it } from 'vitest';
import { ClickstreamError } from '../errors.ts';
import { hourUnit } from '../etl/pipeline/hours.ts';
import { noCounts } from '../etl/pipeline/ledger.ts';
import { createLogger } from '../log.ts';
import { progressLog } from './progress-log.ts';

const unit = hourUnit(Date.parse('2025-12-06T05:00:00Z'));

it('logs a line in five seconds at most, one per hour, and sums over hours', () => {
  const lines: Record<string, unknown>[] = [];
  let now_ms = 0;
  const log = createLogger('info', { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  const { onProgress, onUnit, onUnitFailed } = progressLog(log, () => now_ms);
  const committed = (second: number, read: number): void => {
    now_ms = second * 1000;
    onProgress(unit, { ...noCounts(), processed: 1, read });
  };
  const result = {
    status: 'complete',
    prefix: unit.prefix,
    durationMs: 1,
    peakRssMb: 1,
    unchanged: false,
    reasons: {},
    transforms: [],
    ...noCounts(),
  } as const;

  committed(1, 10);
  committed(6, 60);
  committed(7, 70);
  onUnit(result);
  committed(13, 10);
  onUnitFailed({
    prefix: unit.prefix,
    error: new ClickstreamError({ code: 'aborted', stage: 'read', message: 'No.' }),
  });
  onUnit({ ...result, unchanged: true });

  expect(lines).toMatchObject([
    { level: 'info', msg: 'progress', unit: unit.prefix, objects: 1, records: 60, recordsPerSecond: 10 },
    { level: 'info', msg: 'hour', status: 'complete', prefix: unit.prefix },
    { level: 'info', msg: 'progress', objects: 2, records: 80 },
    { level: 'error', msg: 'No.', code: 'aborted', prefix: unit.prefix },
  ]);
});
