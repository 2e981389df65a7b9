import { ClickstreamError } from '../../errors.ts';
import { placesOf } from '../../places.ts';

/** A transform that does what none may. */
export function misbehaviour(name: string, what: string): ClickstreamError {
  return new ClickstreamError({
    code: 'transform_failed',
    stage: 'transform',
    message: `The transform "${name}" ${what}.`,
  });
}

/** Names the transform and the place in its code. A message of its own may quote an event, and this one is logged. */
export function transformError(name: string, where: string, cause: unknown): ClickstreamError {
  const kind = cause instanceof Error ? cause.name : typeof cause;
  const place = placesOf(cause)[0]?.replace(/^ +at /, '');
  return new ClickstreamError({
    code: 'transform_failed',
    stage: 'transform',
    message: `The transform "${name}" failed in ${where}: ${kind}${place === undefined ? '' : ` at ${place}`}`,
    cause,
  });
}
