import { readEtlSettings } from '../config/settings.ts';
import { keepHeapSmall } from '../etl/pipeline/heap.ts';
import type { Pipeline } from '../etl/pipeline/pipeline.ts';
import type { RunResult } from '../etl/pipeline/result.ts';
import { runEtl } from '../etl/run-etl.ts';
import { createLogger, type Logger } from '../log.ts';
import { lambdaError } from './lambda-error.ts';
import { readLimits, type LambdaLimits } from './limits.ts';
import { openMetrics, METRICS_RESERVE_MS, type InvocationMetrics } from './metrics.ts';

/** What Lambda calls. */
export type EtlHandler = (event: unknown, context?: LambdaLimits) => Promise<RunResult>;

/**
 * Makes the ETL's handler for Lambda, for EventBridge's schedule and for payloads by hand. Settings are read at each call,
 * so that making it never throws. What it makes:
 *
 * `context` is absent when it is called on a machine of one's own, which has no limits. It throws ClickstreamError for a
 * wrong setting or payload, and for a run that failed: Lambda counts that as an error, which is what its retries and
 * alarms go by.
 *
 * @param pipeline gives the transforms; when it throws, that is the handler's error.
 */
export function createEtlHandler(pipeline: () => Pipeline): EtlHandler {
  // Kept from call to call: each logger registers itself to be flushed when the process ends.
  let logger: Logger | undefined;

  const run = async (event: unknown, context?: LambdaLimits, metrics?: InvocationMetrics): Promise<RunResult> => {
    const settings = readEtlSettings(process.env);
    if (!logger) keepHeapSmall();
    logger ??= createLogger(settings.logLevel);
    logger.level = settings.logLevel;
    const limits = context && readLimits(context, process.env, metrics ? METRICS_RESERVE_MS : 0);
    return runEtl(event, settings, {
      pipeline: pipeline(),
      log: logger,
      ...(limits ? { limits } : {}),
      ...(metrics ? { onProgress: metrics.onProgress, onUnit: metrics.onUnit } : {}),
    });
  };

  return async (event, context) => {
    try {
      const metrics = openMetrics(process.env);
      if (!metrics) return await run(event, context);
      return await metrics.around(
        () => run(event, context, metrics),
        () => context?.getRemainingTimeInMillis() ?? Infinity,
      );
    } catch (error) {
      throw lambdaError(error);
    }
  };
}
