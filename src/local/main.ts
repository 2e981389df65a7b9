// `npm start`: the whole system on one machine, with traffic whose truth is known.
import pc from 'picocolors';
import { ClickstreamError } from '../errors.ts';
import { HOUR_MS } from '../etl/pipeline/hours.ts';
import { handler as etl } from '../lambda/etl.ts';
import { Arrivals } from './arrivals.ts';
import { readFigures } from './figures.ts';
import { guide } from './guide.ts';
import { keepHistory, newHistory, playedHistory, type History } from './history.ts';
import { readOptions, type LocalOptions } from './options.ts';
import { makeReport } from './report.ts';
import { startStack, type Stack } from './stack.ts';
import { done, progress, step } from './steps.ts';
import { generateTraffic, type Traffic } from './traffic/generate.ts';
import { replay } from './traffic/replay.ts';

/** The shell's own code for a process that was interrupted. */
const INTERRUPTED = 130;

const options = readOptions(process.argv);
const started_ms = performance.now();
process.env['LOG_LEVEL'] ??= 'error';

let exitCode: number;
try {
  exitCode = await main(options);
} catch (error) {
  const known = error instanceof ClickstreamError;
  console.error(pc.red(known ? `\nerror ${error.code} (${error.stage}): ${error.message}` : '\nUnexpected error:'));
  if (!known) console.error(error);
  exitCode = 1;
}
// What was interrupted may still wait for an answer that nobody gives any more.
process.exit(exitCode);

async function main({ exit, data, port }: LocalOptions): Promise<number> {
  const interrupted = untilInterrupted();
  const arrivals = new Arrivals();
  const history = playedHistory(data);
  step('Starting PostgreSQL and a local S3');
  const stack = await startStack({
    ...(data === undefined ? {} : { data }),
    port: exit ? 0 : port,
    onStored: () => arrivals.note(),
  });
  const session = async (): Promise<number> => {
    done(`PostgreSQL ${stack.postgres.version} on port ${stack.postgres.port}, S3 at ${stack.s3.url}`);
    const wrong = await playAndReport(stack, history);
    if (exit) return wrong === 0 ? 0 : 1;
    console.log(guide(stack));
    arrivals.watch();
    await interrupted;
    return 0;
  };
  try {
    const code = await Promise.race([session(), interrupted.then(() => INTERRUPTED)]);
    if (!exit || code === INTERRUPTED) console.log('\nStopping ...');
    return code;
  } finally {
    await arrivals.close();
    await stack.stop();
  }
}

/** Plays traffic unless it was played before, and reports; the number of figures that are wrong. */
async function playAndReport(stack: Stack, played: History | undefined): Promise<number> {
  const history = played ?? newHistory(options, Date.now());
  const traffic = generateTraffic(history);
  if (played) recall(traffic, played);
  else await play(traffic, history, stack, options.data);
  const { text, wrong } = makeReport(await readFigures(stack.settings), traffic.truth());
  console.log(text);
  console.log(pc.dim(`\n${((performance.now() - started_ms) / 1000).toFixed(1)} s in all.`));
  return wrong.length;
}

/** Plays the traffic through the ingest, hour by hour in its own time, then loads each hour with the ETL's handler. */
async function play(traffic: Traffic, history: History, { gateway }: Stack, data: string | undefined): Promise<void> {
  const { hours, start_ms } = history;
  keepHistory(data, history, false);
  step(`Playing ${hours} hours of shop traffic through POST /clickstream`);
  const sent = await replay(traffic.requests, {
    url: `${gateway.url}/clickstream`,
    onProgress: (answered) => answered % 500 === 0 && progress(`${answered} requests`),
  });
  done(`${sent.requests} requests, ${sent.accepted} events accepted, in ${(sent.duration_ms / 1000).toFixed(1)} s`);

  step('Loading the hours with the ETL');
  let read = 0;
  for (let hour = 0; hour < hours; hour += 1) {
    const targetUtcHour = new Date(start_ms + hour * HOUR_MS).toISOString();
    const result = await etl({ targetUtcHour });
    read += result.read;
    progress(`${hour + 1} of ${hours} hours, ${read} records`);
  }
  done(`${read} records`);
  // The schedule's turn, so that no hour of the last day is left open.
  await etl({});
  keepHistory(data, history, true);
}

/** The truth is not kept with the data: it is made again. */
function recall(traffic: Traffic, { hours, seed }: History): void {
  step('Making the truth about the kept traffic again');
  const requests = traffic.requests[Symbol.iterator]();
  while (!requests.next().done);
  done(`Kept data: ${hours} hours of traffic with seed ${seed}; nothing was played twice`);
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    process.once('SIGHUP', () => resolve());
  });
}
