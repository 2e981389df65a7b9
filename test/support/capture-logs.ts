// Set up in every worker of the integration suite: keeps what is written to stdout and stderr, by whatever way.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { keepLog } from './log-sink.ts';

const STDOUT = 1;
const STDERR = 2;

/** pino writes by this, past the streams. */
const writeSync = fs.writeSync;
fs.writeSync = ((fd: number, data: string | NodeJS.ArrayBufferView, ...rest: never[]) => {
  if (fd === STDOUT || fd === STDERR) {
    keepLog(
      'fd',
      typeof data === 'string' ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString(),
    );
  }
  return writeSync(fd, data as string, ...rest);
}) as typeof fs.writeSync;
syncBuiltinESMExports();

for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  stream.write = (...args: unknown[]): boolean => {
    keepLog('stream', typeof args[0] === 'string' ? args[0] : Buffer.from(args[0] as Uint8Array).toString());
    return write(...args);
  };
}

for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
  const say = console[name].bind(console) as (...args: unknown[]) => void;
  console[name] = (...args: unknown[]): void => {
    keepLog('console', args.map(String).join(' '));
    say(...args);
  };
}
