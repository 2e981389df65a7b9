// `npm start`: the whole system on one machine, with traffic whose truth is known.
import pc from 'picocolors';
import { ClickstreamError } from '../errors.ts';
import { HOUR_MS, hourOf } from '../etl/pipeline/hours.ts';
import type { RunResult } from '../etl/pipeline/result.ts';
import { handler as etl } from '../lambda/etl.ts';
import { readFigures } from './figures.ts';
import { keepHistory, newHistory, playedHistory, type History } from './history.ts';
import { readOptions, type LocalOptions } from './options.ts';
import { makeReport } from './report.ts';
import { startStack, type Stack } from './stack.ts';
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

/** Loads what people POST by hand, a second after it came, so that they can see it arrive. */
class Arrivals {
  #watching = false;
  #timer: NodeJS.Timeout | undefined;
  #loading: Promise<unknown> = Promise.resolve();

  note(): void {
    if (!this.#watching) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#loading = this.#loading.then(() => this.#load());
    }, 1_000);
  }

  watch(): void {
    this.#watching = true;
  }

  async close(): Promise<void> {
    this.#watching = false;
    clearTimeout(this.#timer);
    await this.#loading;
  }

  async #load(): Promise<void> {
    try {
      const result: RunResult = await etl({ targetUtcHour: new Date(hourOf(Date.now())).toISOString() });
      const { inserted, duplicates, rejected } = result;
      console.log(`${pc.green('Loaded')} ${result.prefix}: ${inserted} new, ${duplicates} known, ${rejected} rejected`);
    } catch (error) {
      console.error(pc.red(error instanceof Error ? error.message : String(error)));
    }
  }
}

function guide({ postgres, gateway, env }: Stack): string {
  const { host, port, user, password } = postgres;
  const database = env['DW_PG_DATABASE'];
  return `
${pc.bold('The warehouse')}
  PGPASSWORD=${password} psql -h ${host} -p ${port} -U ${user} ${database}
  SELECT event_name, count(*) FROM clickstream_events GROUP BY 1 ORDER BY 2 DESC;

${pc.bold('Send an event of your own')} and see it arrive here a second later
  curl -sS ${gateway.url}/clickstream -d '{"eventName":"hello","clientId":"me","pageUrl":"/hello"}'

${pc.bold('The command line')} on this stack
  ${Object.entries(env)
    .map(([name, value]) => `export ${name}=${value}`)
    .join('\n  ')}
  npm run clickstream -- status

Ctrl-C ends it.`;
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function step(text: string): void {
  process.stdout.write(`${pc.cyan('●')} ${text} ...`);
  if (!process.stdout.isTTY) process.stdout.write('\n');
}

function progress(text: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001B[K  ${text}`);
}

function done(text: string): void {
  process.stdout.write(`${process.stdout.isTTY ? '\r\u001B[K' : ''}${pc.green('✓')} ${text}\n`);
}
