import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { PostgresSettings } from '../../../config/settings.ts';
import { ClickstreamError } from '../../../errors.ts';
import { tlsAdvice } from './tls-advice.ts';
import { backoff_ms, errorCode, isRetryable } from './retryable.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const MAX_ATTEMPTS = 6;
/** How long a goodbye may take; a server that is not there any more does not answer it. */
const CLOSE_TIMEOUT_MS = 100;
/** After so long without a word the kernel asks whether the other side is still there; its own default is two hours. */
const KEEP_ALIVE_AFTER_MS = 3_000;

/**
 * Everything that the text of a value depends on is fixed, so that a run gives the same whatever the server's defaults.
 * A transaction whose client died is ended after 10 s, and so is a connection whose machine vanished: neither may keep
 * rows locked. A statement whose client has gone is ended within a second, where the server's system can tell.
 */
const SESSION = `
  SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1;
  SET bytea_output = 'hex'; SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET jit = off;
  SET client_min_messages = 'warning';
  SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '10s';
  SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 2;
  DO $$ BEGIN PERFORM set_config('client_connection_check_interval', '1s', false); EXCEPTION WHEN OTHERS THEN NULL; END $$`;

/**
 * With a schema in TARGET_TABLE nothing but PostgreSQL's own and temporary tables are named without one, so that no
 * function, operator or table that somebody made elsewhere can be taken for what is meant. Without one, the server's
 * search path has to say where the tables are.
 */
function sessionOf({ schema }: PostgresSettings): string {
  return schema === undefined ? SESSION : `${SESSION}; SET search_path = pg_catalog, pg_temp`;
}

/** Connects, with the session set up. The caller ends it. */
export async function connect(settings: PostgresSettings, applicationName: string): Promise<pg.Client> {
  const client = newClient(settings, applicationName);
  await begin(client, settings);
  return client;
}

function newClient(settings: PostgresSettings, applicationName: string): pg.Client {
  const client = new pg.Client({
    ...settings,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  });
  // A connection that breaks while nothing is asked of it says so by this event only; the next query fails anyway.
  client.on('error', () => undefined);
  return client;
}

async function begin(client: pg.Client, settings: PostgresSettings): Promise<void> {
  // The client's own time-out ends with the server's greeting, after which a server can fall silent just as well.
  const timer = setTimeout(() => cut(client), CONNECT_TIMEOUT_MS);
  try {
    await client.connect();
    await client.query(sessionOf(settings));
  } catch (error) {
    cut(client);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a connection at once. Not `end()`, which would wait for an answer that may never come. */
function cut(client: pg.Client): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** How long work on the warehouse may take: the milliseconds that are left of the run's time. */
export type TimeLeft = () => number;

/**
 * The longest that one piece of work, a transaction at most, is waited for by a run without a limit of its own. No batch
 * takes a minute; after this the server is taken for gone, which the kernel would find out in a quarter of an hour.
 */
const LONGEST_WORK_MS = 600_000;

/** A connection that is made when it is needed, made anew when it broke, and that gives up when the time is up. */
export class Connection {
  readonly #settings: PostgresSettings;
  readonly #name: string;
  readonly #timeLeft_ms: TimeLeft;
  readonly #longestWork_ms: number;
  /** Set from the first attempt to connect on, so that time running out ends that as well. */
  #client: pg.Client | undefined;
  #ready = false;
  #closed = false;
  /** Called on every new connection before anything else. */
  onConnect: (client: pg.Client) => Promise<void> = () => Promise.resolve();

  constructor(settings: PostgresSettings, name: string, timeLeft_ms: TimeLeft, longestWork_ms = LONGEST_WORK_MS) {
    this.#settings = settings;
    this.#name = name;
    this.#timeLeft_ms = timeLeft_ms;
    this.#longestWork_ms = longestWork_ms;
  }

  /**
   * Does work, again from its start on a new connection where that may help. Work that commits must find out by itself
   * whether an earlier try did.
   *
   * @throws ClickstreamError `warehouse_unreachable`, `out_of_time`, or the error of the work that is not to be retried.
   */
  async run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#within(async () => work(await this.#connected()));
      } catch (error) {
        if (!isConnectionUsable(error)) this.#drop();
        // Nobody waits for the work any more, and nobody would close another connection.
        if (this.#closed) throw error;
        if (!isRetryable(error)) throw error instanceof pg.DatabaseError ? refused(error) : error;
        // A conflict was answered by doing the work another way, and there is nothing to wait for.
        const wait_ms = errorCode(error) === '23505' ? 0 : backoff_ms(attempt);
        if (attempt >= MAX_ATTEMPTS || this.#timeLeft_ms() < wait_ms) throw unreachable(error);
        await sleep(wait_ms);
      }
    }
  }

  /** Runs work in a transaction, which is rolled back when the work throws. */
  async transaction<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    return this.run((client) => inTransaction(client, () => work(client)));
  }

  /** Says goodbye, or cuts the connection when that is not answered. For good: work under way is not tried again. */
  async close(): Promise<void> {
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    const timer = setTimeout(() => cut(client), CLOSE_TIMEOUT_MS);
    await client.end().catch(() => undefined);
    clearTimeout(timer);
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client && this.#ready) return this.#client;
    const client = newClient(this.#settings, this.#name);
    this.#client = client;
    this.#ready = false;
    try {
      await begin(client, this.#settings).catch((error: unknown) => {
        // A wrong password or host stays wrong; the person who set it needs to be told which variables.
        throw isRetryable(error) ? error : unreachable(error);
      });
      await this.onConnect(client);
    } catch (error) {
      // Whatever the error says of the connection: it must not be used with its setting up half done.
      if (this.#client === client) this.#drop();
      throw error;
    }
    this.#ready = true;
    return client;
  }

  /** Cuts the connection when the run's time is up: a query on a half-open socket would wait for ever. */
  async #within<T>(work: () => Promise<T>): Promise<T> {
    const left_ms = this.#timeLeft_ms();
    if (left_ms <= 0) throw outOfTime();
    let timer: NodeJS.Timeout | undefined;
    const timeUp = new Promise<never>((_resolve, reject) => {
      if (left_ms <= this.#longestWork_ms) timer = setTimeout(() => reject(outOfTime()), left_ms);
      else timer = setTimeout(() => reject(silent()), this.#longestWork_ms);
    });
    try {
      return await Promise.race([work(), timeUp]);
    } finally {
      clearTimeout(timer);
    }
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    if (client) cut(client);
  }
}

/** Runs work between BEGIN and COMMIT. */
export async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // One that did not roll back is in that transaction still: whatever came next would be refused for it.
    if (isConnectionUsable(error)) await client.query('ROLLBACK').catch(() => cut(client));
    throw error;
  }
}

/** Whether a connection can go on after an error: it can when the server answered with a code that ends no session. */
function isConnectionUsable(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return error instanceof ClickstreamError && error.code !== 'out_of_time';
  const code = errorCode(error) ?? '';
  return !code.startsWith('08') && !code.startsWith('57P') && code !== '25P03' && code !== '25006';
}

/** Classes of SQLSTATE whose messages speak of names and limits, never of values. */
const TELLING = /^(?:08|25|28|3D|3F|42|53|54|55|57)/;

/**
 * What Postgres refused, without the values that its message may quote: those are content of events.
 */
function refused(cause: pg.DatabaseError): ClickstreamError {
  const { code = 'no code', table, column, constraint, message, where: inFunction } = cause;
  const where = [table, column, constraint].filter((name) => name !== undefined).join(' ');
  return new ClickstreamError({
    code: 'warehouse_refused',
    stage: 'write',
    message:
      `The warehouse refused a statement: SQLSTATE ${code}${where === '' ? '' : ` (${where})`}` +
      // What somebody's own trigger raises may say anything under any code.
      `${TELLING.test(code) && inFunction === undefined ? `, ${message}` : ''}. What was committed stays.`,
    cause,
  });
}

/** Tried again on a new connection, as after any that was lost. */
function silent(): Error {
  return Object.assign(new Error('the server has not answered for too long'), { code: 'ETIMEDOUT' });
}

function outOfTime(): ClickstreamError {
  return new ClickstreamError({
    code: 'out_of_time',
    stage: 'write',
    message: 'The warehouse did not answer within the time that the run has left. What was committed stays.',
  });
}

function unreachable(cause: unknown): ClickstreamError {
  const code = errorCode(cause) ?? '';
  const reason =
    !(cause instanceof Error) || (cause instanceof pg.DatabaseError && !TELLING.test(code)) ? '' : cause.message;
  return new ClickstreamError({
    code: 'warehouse_unreachable',
    stage: 'write',
    message:
      `The warehouse could not be used (${[code, reason].filter((part) => part !== '').join(': ')}). ` +
      `${tlsAdvice(cause) ?? 'Check the DW_PG_* variables and that the network lets the run through.'} ` +
      'What was committed stays.',
    cause,
  });
}
