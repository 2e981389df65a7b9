import { ClickstreamError } from '../../errors.ts';
import { placesOf } from '../../places.ts';

/** Thrown where a transform does what none may, by code that does not know its name; see {@link misbehaviour}. */
export class Misbehaved extends Error {
  override readonly name = 'Misbehaved';
}

/** By its name, since a transform may have been made by another copy of this code than the one that runs it. */
export function isMisbehaved(error: unknown): error is Misbehaved {
  return error instanceof Error && error.name === 'Misbehaved';
}

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
