import type { BudgetLimits } from '../etl/pipeline/budget.ts';

/** The part of Lambda's context that tells what an invocation may use. */
export interface LambdaLimits {
  readonly getRemainingTimeInMillis: () => number;
  readonly memoryLimitInMB?: string | number;
}

/**
 * The time and memory of an invocation. Lambda says "MB" and means MiB; where the context says nothing of memory, its
 * environment does, and where neither does there is no limit.
 *
 * @param kept_ms time that the run leaves for what comes after it.
 */
export function readLimits(context: LambdaLimits, env: NodeJS.ProcessEnv, kept_ms = 0): BudgetLimits {
  const memory_mb = Number(context.memoryLimitInMB ?? env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);
  return {
    remaining_ms: context.getRemainingTimeInMillis() - kept_ms,
    memory_bytes: memory_mb > 0 ? memory_mb * 2 ** 20 : Infinity,
  };
}
