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

const options = readOptions(process.argv);
const started_ms = performance.now();
process.env['LOG_LEVEL'] ??= 'error';

try {
  process.exitCode = await main(options);
} catch (error) {
  const known = error instanceof ClickstreamError;
  console.error(pc.red(known ? `\nerror ${error.code} (${error.stage}): ${error.message}` : '\nUnexpected error:'));
  if (!known) console.error(error);
  process.exitCode = 1;
}

async function main({ exit, data, port }: LocalOptions): Promise<number> {
  step('Starting PostgreSQL and a local S3');
  const arrivals = new Arrivals();
  const stack = await startStack({
    ...(data === undefined ? {} : { data }),
    port: exit ? 0 : port,
    onStored: () => arrivals.note(),
  });
  const stopped = untilInterrupted();
  try {
    done(`PostgreSQL ${stack.postgres.version} on port ${stack.postgres.port}, S3 at ${stack.s3.url}`);
    const played = playedHistory(data);
    const history = played ?? newHistory(options, Date.now());
    const traffic = generateTraffic(history);
    if (played) await recall(traffic);
    else await play(traffic, history, stack, data);
    const { text, wrong } = makeReport(await readFigures(stack.settings), traffic.truth());
    console.log(text);
    console.log(pc.dim(`\n${((performance.now() - started_ms) / 1000).toFixed(1)} s in all.`));
    if (exit) return wrong.length === 0 ? 0 : 1;
    console.log(guide(stack));
    arrivals.watch();
    await stopped;
    console.log('\nStopping ...');
    return 0;
  } finally {
    await arrivals.close();
    await stack.stop();
  }
}

/** Plays the traffic through the ingest, hour by hour in its own time, then loads each hour with the ETL's handler. */
async function play(traffic: Traffic, history: History, { gateway }: Stack, data: string | undefined): Promise<void> {
  const { hours, start_ms } = history;
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
  keepHistory(data, history);
}

/** The truth is not kept with the data: it is made again. */
async function recall(traffic: Traffic): Promise<void> {
  step('Found the traffic of an earlier start; making the truth about it again');
  const requests = traffic.requests[Symbol.iterator]();
  while (!requests.next().done);
  done('nothing was played twice');
  await Promise.resolve();
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
