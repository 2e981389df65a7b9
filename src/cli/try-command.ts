import { readSessionTimeout } from '../config/settings.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import { changedColumns, tryPipeline, type TriedEvent, type TriedPipeline } from '../etl/try-pipeline.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson, say } from './output.ts';
import { pipelineOf } from './pipeline-file.ts';
import { stopOnSignals } from './stop-signals.ts';
import { readOnly, readTryFlags, type TryFlags } from './try-flags.ts';
import { readTrySource } from './try-source.ts';
import { triedText } from './try-text.ts';
import { againOnChange } from './again-on-change.ts';

/**
 * `clickstream try`: takes events through a pipeline without writing, and shows what each transform does.
 *
 * @param path of a pipeline file; without one it is the default pipeline.
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function tryCommand(path: string | undefined, flags: TryFlags): Promise<number> {
  const plan = readTryFlags(flags, Date.now());
  if (flags.watch === true) return watch(path, flags.events);
  const sessionTimeout_ms = readSessionTimeout(process.env);
  const pipeline = await pipelineOf(path);
  const only = readOnly(flags.only, pipeline);
  const tried = await tryPipeline(pipeline, await readTrySource(plan), sessionTimeout_ms);
  if (flags.json === true) printJson(triedDocument(tried, pipeline.columns, only));
  else if (tried.events.length === 0) print('There is no event to try it with.');
  else print(triedText(tried, { columns: pipeline.columns, only, colors: colorsFor(process.stdout, process.env) }));
  return EXIT.complete;
}

/** Runs the same command without `--watch`, in a process of its own, whenever a file has changed: modules are loaded once. */
async function watch(path: string | undefined, events: string | undefined): Promise<number> {
  const { execPath, execArgv, argv, stdout } = process;
  const args = [...execArgv, ...argv.slice(1).filter((arg) => arg !== '--watch')];
  const stop = stopOnSignals({ onStop: () => undefined, onExit: () => undefined });
  try {
    await againOnChange({
      command: [execPath, ...args],
      files: [path, events].filter((file) => file !== undefined),
      signal: stop.signal,
      // A terminal is cleared, with what scrolled out of it.
      onBegin: () => {
        if (stdout.isTTY) stdout.write('\u001b[2J\u001b[3J\u001b[H');
      },
      onEnd: () => say(`Waiting for a change${path === undefined ? '' : ` of ${path}`}; Ctrl-C ends it.`),
    });
  } finally {
    stop.release();
  }
  return EXIT.complete;
}

/** The same for a program: of each step the columns that it changed. */
function triedDocument({ events, metrics, log }: TriedPipeline, columns: Columns, only: ReadonlySet<string>): object {
  return {
    events: events.map((tried) => eventDocument(tried, columns, only)),
    metrics,
    log: log.filter(({ transform }) => only.has(transform)),
  };
}

function eventDocument({ steps, row, end, ...event }: TriedEvent, columns: Columns, only: ReadonlySet<string>): object {
  return {
    ...event,
    steps: steps
      .filter(({ transform }) => only.has(transform))
      .map((step) => {
        const changed = changedColumns(step, columns);
        const pairs = changed.map((name) => [
          name,
          { before: step.before[name] ?? null, after: step.after[name] ?? null },
        ]);
        const { transform, verdict = null, parts } = step;
        return { transform, changed: Object.fromEntries(pairs) as object, verdict, parts };
      }),
    end: end ?? null,
    row: row ?? null,
  };
}
