import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Has the server stopped when this process ends: normally, by an uncaught error, by a signal, even by kill -9.
 *
 * A shell waits for the end of its input, a pipe that only we hold open and that the system closes when we are gone, then
 * asks the server to stop. So no signal handlers are needed, which would change how the host program reacts to signals.
 *
 * @returns a function that calls the watch off; to be called once the server has ended.
 */
export function watchParent(pid: number, child: ChildProcess): () => void {
  if (process.platform === 'win32') {
    const kill = () => child.kill();
    process.once('exit', kill);
    return () => process.off('exit', kill);
  }
  // `read` answers with an error at the end of input; any line that came in would mean "called off".
  const watchdog = spawn('/bin/sh', ['-c', 'read -r line || kill -INT "$1"', 'sh', String(pid)], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of reach of a Ctrl-C that is meant for us.
    detached: true,
  });
  watchdog.unref();
  const input = watchdog.stdin;
  // The write below may find the shell gone.
  input.on('error', () => undefined);
  (input as unknown as { unref?: () => void }).unref?.();
  return () => input.end('off\n');
}
