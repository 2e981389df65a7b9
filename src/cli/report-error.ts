import { ClickstreamError } from '../errors.ts';
import { HoursFailed } from '../etl/pipeline/run.ts';
import { placesOf } from '../places.ts';
import { printJson, say } from './output.ts';

/** Says an error on stderr, and with `--json` on stdout, too. */
export function reportError(error: unknown, json: boolean): void {
  say(errorText(error));
  if (json) printJson(errorDocument(error));
}

/**
 * An error as a person reads it. One of ours says what to do in a line; any other one is a defect, of which only its class
 * and the places in the code are told: its message may quote an event.
 */
export function errorText(error: unknown): string {
  if (error instanceof ClickstreamError) return `error ${error.code} (${error.stage}): ${error.message}`;
  const what = [classOf(error), ...placesOf(error)].join('\n');
  return (
    `error unexpected: ${what}\n` +
    'This is no error that clickstream knows. What was committed stays; run it again. If it stays, please report it ' +
    'with the lines above.'
  );
}

/** An error as a program reads it. When hours failed it also has each of them, and what the others came to. */
export function errorDocument(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof HoursFailed) {
    const failures = error.failures.map(({ prefix, error: cause }) => ({ prefix, ...describe(cause) }));
    return { error: { ...describe(error), failures }, result: error.result };
  }
  return { error: describe(error) };
}

function describe(error: unknown): { code: string; stage: string | null; message: string } {
  if (error instanceof ClickstreamError) return { code: error.code, stage: error.stage, message: error.message };
  return { code: 'unexpected', stage: null, message: classOf(error) };
}

function classOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}
