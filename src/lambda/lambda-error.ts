import { ClickstreamError } from '../errors.ts';
import { placesOf } from '../places.ts';

/**
 * An error as Lambda may see it. Lambda writes the message, the stack and every property of what a handler throws into
 * the function's log. A driver's error has properties and a message that quote the row it failed on, and a failed run
 * carries such errors; neither belongs in a log. What is left are code, stage, a message of ours and the places in the
 * code. The error itself is the `cause`, which Lambda does not write.
 */
export function lambdaError(error: unknown): Error {
  return withPlaces(error instanceof ClickstreamError ? coded(error) : unexpected(error), error);
}

function coded(error: ClickstreamError): Error {
  const { code, stage, message } = error;
  return new ClickstreamError({ code, stage, message, cause: error });
}

/** Only the name of its class is told: that comes from code, never from data. */
function unexpected(error: unknown): Error {
  const name = error instanceof Error ? error.constructor.name : typeof error;
  const message = `The run failed unexpectedly (${name}); the stack says where`;
  return Object.assign(new Error(message, { cause: error }), { code: 'unexpected' });
}

/** The places of the error that was thrown; what else is in its stack repeats the message. */
function withPlaces(told: Error, thrown: unknown): Error {
  told.stack = [`${told.name}: ${told.message}`, ...placesOf(thrown)].join('\n');
  return told;
}
