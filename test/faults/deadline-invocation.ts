import { expect } from 'vitest';
import type { RunResult } from '../../src/etl/pipeline/result.ts';
import { handler } from '../../src/lambda/etl.ts';
import type { TestWarehouse } from '../support/warehouse.ts';

/** What other programs may take from a run at its end; what does not end by itself goes on for much longer. */
const BUSY_MACHINE_MS = 2_000;

/** How an invocation ended: with a result, or with the code of its error. */
export interface Ending {
  readonly status: RunResult['status'] | 'failed';
  readonly code?: string | undefined;
  readonly result?: RunResult;
}

/** What Lambda gives an invocation, and where it finds the warehouse. */
export interface InvocationOptions {
  readonly remaining_ms: number;
  readonly memory_mb?: number;
  readonly postgres?: { readonly host: string; readonly port: number };
  readonly env?: Readonly<Record<string, string>>;
}

/** EventBridge's event for the hour that all tests load. */
export const CRON = {
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  source: 'aws.events',
  'detail-type': 'Scheduled Event',
  time: '2025-12-06T06:05:00Z',
  detail: {},
};

/** Invokes the Lambda handler. Fails unless it ends before its time is up, with a result or a coded error. */
export async function invoke(
  warehouse: TestWarehouse,
  payload: unknown,
  { remaining_ms, memory_mb = 10_240, postgres, env }: InvocationOptions,
): Promise<Ending> {
  const proxied = postgres ? { DW_PG_HOST: postgres.host, DW_PG_PORT: String(postgres.port) } : {};
  const defaults = { MAX_RECORDS_PER_BATCH: '40', CATCH_UP_HOURS: '0', LOG_LEVEL: 'silent' };
  // Read before the handler waits for anything, so that invocations at once can have settings of their own.
  Object.assign(process.env, { ...defaults, ...warehouse.env, ...proxied, ...env });
  const began_ms = performance.now();
  const left_ms = (): number => remaining_ms - (performance.now() - began_ms);
  const context = { getRemainingTimeInMillis: left_ms, memoryLimitInMB: String(memory_mb) };
  const ending = await handler(payload, context).then(
    (result): Ending => ({ status: result.status, result }),
    (error: unknown): Ending => ({ status: 'failed', code: (error as { code?: string }).code }),
  );
  expect(left_ms(), 'the invocation ends before its time is up').toBeGreaterThan(-BUSY_MACHINE_MS);
  if (ending.status === 'failed') expect(ending.code).toMatch(/^(?!unexpected)[a-z0-9_]+$/);
  return ending;
}
