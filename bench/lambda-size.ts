import { WHOLE_CORE_MB } from '../src/plan/forecast.ts';

/** A function of Lambda that a run is to have. */
export interface LambdaSize {
  readonly memory_mb: number;
  /** The longest that one invocation may take. */
  readonly timeout_s: number;
}

/** The part of one core that Lambda gives; it has more than one above that size, which a process of one thread hardly uses. */
export function cpuShare({ memory_mb }: LambdaSize): number {
  return Math.min(1, memory_mb / WHOLE_CORE_MB);
}

/**
 * What Lambda starts Node with. Its runtimes' `/var/runtime/bootstrap` (of nodejs14.x to nodejs18.x, as published in the images
 * of `public.ecr.aws/lambda/nodejs`) keeps a tenth of the memory for new objects, half of that for each of their two spaces,
 * and lets old ones have the rest, which is more than there is beside Node itself: what keeps the process within its memory
 * is not V8's limit.
 */
export function heapFlags({ memory_mb }: LambdaSize): string[] {
  const new_mb = Math.floor(memory_mb / 10);
  return [
    '--expose-gc',
    `--max-semi-space-size=${Math.floor(new_mb / 2)}`,
    `--max-old-space-size=${memory_mb - new_mb}`,
  ];
}
