import { readEtlSettings } from '../../src/config/settings.ts';
import { runEtl } from '../../src/etl/run-etl.ts';

/**
 * A run of the ETL as a process of its own, for tests that kill it. Says `ready`, waits for a payload on its standard
 * input, so that starting Node is no part of the run, and writes a line for every commit and one for the result.
 */
const settings = readEtlSettings(process.env);
process.stdin.once('data', (payload: Buffer) => {
  process.stdin.destroy();
  void runEtl(JSON.parse(payload.toString()), settings, {
    onProgress: (_unit, { batches }) => process.stdout.write(`committed ${batches}\n`),
  }).then(
    ({ status }) => process.stdout.write(`${status}\n`),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exitCode = 1;
    },
  );
});
process.stdout.write('ready\n');
