import { open } from 'node:fs/promises';
import { ClickstreamError } from '../../errors.ts';

/** Where a sink writes text. A write resolves once its text is out of memory, so whoever awaits it is never ahead. */
export interface TextOutput {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** The part of `process.stdout` that is used here. */
export interface TextStream {
  write(text: string, done: (error?: Error | null) => void): boolean;
}

/**
 * A file that is made anew.
 *
 * @throws ClickstreamError `output_failed`, here and in `write`, that names the file.
 */
export async function fileOutput(path: string): Promise<TextOutput> {
  const file = await open(path, 'w').catch((error: unknown) => {
    throw outputFailed(path, error);
  });
  return {
    write: async (text) => {
      await file.appendFile(text).catch((error: unknown) => {
        throw outputFailed(path, error);
      });
    },
    close: () => file.close(),
  };
}

/** A stream that somebody else opened and will close, such as stdout. */
export function streamOutput(stream: TextStream, name: string): TextOutput {
  return {
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => (error ? reject(outputFailed(name, error)) : resolve()));
      }),
    close: () => Promise.resolve(),
  };
}

function outputFailed(name: string, cause: unknown): ClickstreamError {
  return new ClickstreamError({
    code: 'output_failed',
    stage: 'write',
    message: `Cannot write to ${name}: ${cause instanceof Error ? cause.message : String(cause)}.`,
    cause,
  });
}
