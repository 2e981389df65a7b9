import { SingleBar } from 'cli-progress';
import { say } from './output.ts';

/** Shows the steps of long work, each as it begins. */
export interface StepProgress {
  readonly onStep: (name: string, at: number, of: number) => void;
  /** Takes what moves off the screen. May be called more than once. */
  close(): void;
}

/** On a terminal one line that is drawn again and again, and is gone in the end; elsewhere a line for each step. */
export function stepProgress(stream: NodeJS.WritableStream & { readonly isTTY?: boolean }): StepProgress {
  return stream.isTTY === true ? stepBar(stream) : stepLines(say);
}

/** A line for each step. */
export function stepLines(write: (line: string) => void): StepProgress {
  return {
    onStep: (name, at, of) => write(`${at + 1}/${of} ${name}`),
    close: () => undefined,
  };
}

function stepBar(stream: NodeJS.WritableStream): StepProgress {
  const bar = new SingleBar({
    stream,
    format: '{bar} {value}/{total}  {step}  {duration_formatted}',
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    fps: 5,
  });
  let started = false;
  return {
    onStep: (name, at, of) => {
      if (started) bar.update(at, { step: name });
      else bar.start(of, at, { step: name });
      started = true;
    },
    close: () => {
      if (started) bar.stop();
      started = false;
    },
  };
}
