import type { Client } from 'pg';
import { adoptRule } from '../../../warehouse/adopt-rule.ts';
import type { Connection } from './connection.ts';
import { encodeInstant } from './encode.ts';
import type { Statements } from './statements.ts';

/** Rows that a settling ahead is worth while for: it takes some 70 ms, however few there are. */
export const AHEAD_ROWS = 30_000;
/** Who has done nothing for this part of the session timeout is taken to be gone. With half of it, more come back than is won. */
const QUIET = 1 / 3;

/**
 * Settles while an hour is read: those of its visitors who seem to be gone. The server has time for that, since reading takes
 * longer than writing, and little is left to be waited for when the hour has been read. Nothing depends on it: what it does not
 * get to, or does too early, the settling at the end does.
 */
export class SettlingAhead {
  readonly #connection: Connection;
  readonly #writer: Connection;
  readonly #statements: Statements;
  readonly #quiet_ms: number;
  readonly #rows: number;
  #waiting = 0;
  #settledTo_ms: number | undefined;
  #underWay: Promise<void> | undefined;
  #pid: number | undefined;

  constructor(connection: Connection, writer: Connection, statements: Statements, rows: number) {
    this.#connection = connection;
    this.#writer = writer;
    this.#statements = statements;
    this.#quiet_ms = statements.rule.sessionTimeout_ms * QUIET;
    this.#rows = rows;
  }

  /**
   * Told of a batch of new rows; begins when enough of them wait.
   *
   * @param middle_ms the time in the middle of the batch's events: a wrong clock or a late event does not move it.
   */
  committed(rows: number, middle_ms: number): void {
    this.#waiting += rows;
    const before_ms = middle_ms - this.#quiet_ms;
    this.#settledTo_ms ??= before_ms;
    if (this.#underWay || this.#waiting < this.#rows || before_ms < this.#settledTo_ms + this.#quiet_ms) return;
    this.#waiting = 0;
    this.#settledTo_ms = before_ms;
    this.#underWay = this.#settle(before_ms)
      // Whatever it is, the settling at the end meets it again, or does not.
      .catch(() => undefined)
      .finally(() => (this.#underWay = undefined));
  }

  /** Resolves when what is under way is done. */
  async idle(): Promise<void> {
    await this.#underWay;
  }

  /** Gives up what is under way, so that it holds nothing any more. */
  async stop(): Promise<void> {
    const pid = this.#pid;
    if (pid !== undefined) {
      await this.#writer.run((client) => client.query('SELECT pg_cancel_backend($1)', [pid])).catch(() => undefined);
    }
    await this.#connection.close();
  }

  async #settle(before_ms: number): Promise<void> {
    await this.#connection.transaction(async (client) => {
      this.#pid = (client as Client & { readonly processID: number }).processID;
      try {
        await this.#within(client, before_ms);
      } finally {
        this.#pid = undefined;
      }
    });
  }

  async #within(client: Client, before_ms: number): Promise<void> {
    const { tryLockSettling, adoptRule: statement, rule, settleAhead } = this.#statements;
    const { rows } = await client.query<{ locked: boolean }>(tryLockSettling);
    // Somebody else is settling, or erases or rebuilds.
    if (!rows[0]?.locked) return;
    await adoptRule(client, statement, rule);
    await client.query("SELECT set_config('clickstream.quiet_before', $1, true)", [encodeInstant(before_ms)]);
    await client.query(settleAhead);
  }
}
