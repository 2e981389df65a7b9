import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

export interface AgainOptions {
  /** A program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** Files whose change matters, and beside code that of all code around them. */
  readonly files: readonly string[];
  /** Aborted when it is enough. */
  readonly signal: AbortSignal;
  readonly onBegin: () => void;
  readonly onEnd: () => void;
}

/** An editor saves in several steps, and several files at once. */
const SETTLED_MS = 100;
/** What a pipeline may import or read. */
const CODE = /\.(?:[cm]?[jt]s|json|ndjson|csv)$/;
const MAX_FOLDERS = 200;

/** Runs a command now, and again after every change, until the signal. One that still runs then is ended. */
export async function againOnChange({ command, files, signal, onBegin, onEnd }: AgainOptions): Promise<void> {
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    // What it still says would garble what the next one does.
    child?.removeAllListeners('close').kill();
    onBegin();
    const [program, ...args] = command;
    child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }).on('close', onEnd);
  };
  const watchers = watchFiles(files, () => {
    clearTimeout(timer);
    timer = setTimeout(start, SETTLED_MS);
  });
  try {
    start();
    if (!signal.aborted) await once(signal, 'abort');
  } finally {
    clearTimeout(timer);
    watchers.forEach((watcher) => watcher.close());
    child?.removeAllListeners('close').kill();
  }
}

/**
 * Watches folders and not files, since many editors put a new file in the place of the old one. Of code, all folders
 * below are watched: what is being edited is mostly a transform that the pipeline imports.
 */
function watchFiles(files: readonly string[], onChange: () => void): FSWatcher[] {
  const watchers: FSWatcher[] = [];
  for (const file of files.map((name) => resolve(name))) {
    const isCode = CODE.test(file) && !/\.(?:nd)?json$/.test(file);
    const folders = isCode ? foldersBelow(dirname(file)) : [dirname(file)];
    for (const folder of folders.filter(existsSync)) {
      watchers.push(
        watch(folder, (_, name) => {
          if (name === null || name === basename(file) || (isCode && CODE.test(name))) onChange();
        }),
      );
    }
  }
  return watchers;
}

function foldersBelow(top: string): string[] {
  const found = [top];
  for (const folder of found) {
    if (!existsSync(folder)) continue;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (found.length >= MAX_FOLDERS) return found;
      if (!entry.isDirectory() || entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      found.push(join(folder, entry.name));
    }
  }
  return found;
}
