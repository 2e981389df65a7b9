import type { Client } from 'pg';
import type { HourUnit } from '../../pipeline/hours.ts';
import type { Connection } from './connection.ts';
import { errorCode } from './retryable.ts';
import type { Statements } from './statements.ts';

/** A hold that is not renewed ends by itself: within 10 s of its holder's death, however it died. */
export const HOLD_S = 8;
const RENEW_MS = 2_000;
/** A renewal that is not answered by then is given up, in time for another one on a new connection. */
export const RENEWAL_LIMIT_MS = 2_500;
/** Of what the budget keeps for an invocation's end, what the hold's own connection may use. */
export const LETTING_GO_MS = 150;

/** A row of `checkpoints` as `take-hold.sql` returns it. */
export type CheckpointRow = Readonly<Record<string, unknown>>;

/**
 * A run's hold on a unit. It only keeps other runs from doing the same work: that no two runs commit one batch is the
 * checkpoint's doing.
 */
export class Hold {
  readonly #unit: string;
  readonly #runId: string;
  readonly #statements: Statements;
  readonly #renewal: NodeJS.Timeout;
  readonly #keeper: Connection;
  #renewing = false;

  private constructor(unit: string, runId: string, statements: Statements, keeper: Connection) {
    this.#unit = unit;
    this.#runId = runId;
    this.#statements = statements;
    this.#keeper = keeper;
    this.#renewal = setInterval(() => {
      if (this.#renewing) return;
      this.#renewing = true;
      void keeper
        .run((client) => client.query(statements.renewHold, [unit, runId, HOLD_S]))
        // A missed renewal costs the hold at worst, and then the checkpoint decides.
        .catch(() => undefined)
        .finally(() => (this.#renewing = false));
    }, RENEW_MS);
    this.#renewal.unref();
  }

  /** Takes hold of a unit; undefined when a live run has it. A dead one's connection is ended first. */
  static async take(
    { unit, label, runId }: { unit: HourUnit; label: string; runId: string },
    statements: Statements,
    writer: Connection,
    keeper: Connection,
  ): Promise<{ hold: Hold; row: CheckpointRow } | undefined> {
    const row = await writer.run((client) => takeRow(client, unit, label, runId, statements));
    if (!row) return undefined;
    writer.onConnect = async (client) => {
      await client.query(statements.moveHold, [label, runId]);
    };
    return { hold: new Hold(label, runId, statements, keeper), row };
  }

  /**
   * Lets go, for the next run to begin at once. Does what it can: a hold ends by itself. When time ran out in the middle of
   * something, the keeper, which has a little more of it, does it in the writer's place.
   */
  async release(writer: Connection): Promise<void> {
    clearInterval(this.#renewal);
    writer.onConnect = () => Promise.resolve();
    const letGo = (client: Client): Promise<unknown> =>
      client.query(this.#statements.releaseHold, [this.#unit, this.#runId]);
    await writer.run(letGo).catch(async () => {
      // It does one thing at a time.
      if (!this.#renewing) await this.#keeper.run(letGo).catch(() => undefined);
    });
    await this.#keeper.close();
  }
}

async function takeRow(
  client: Client,
  unit: HourUnit,
  label: string,
  runId: string,
  statements: Statements,
): Promise<CheckpointRow | undefined> {
  const { rows } = await client.query<{
    holder: string | null;
    holder_pid: number | null;
    holder_started: string | null;
    held: boolean;
  }>(statements.lookAtHolder, [label]);
  const holder = rows[0];
  if (holder?.held && holder.holder !== runId) return undefined;
  if (holder?.holder_pid != null && holder.holder !== runId) {
    await client.query(statements.endDeadHolder, [holder.holder_pid, holder.holder_started]);
  }
  try {
    const taken = await client.query<CheckpointRow>(statements.takeHold, [
      label,
      new Date(unit.hour_ms),
      runId,
      HOLD_S,
    ]);
    return taken.rows[0];
  } catch (error) {
    // Somebody has the row locked, so somebody is at work on it.
    if (errorCode(error) === '55P03') return undefined;
    throw error;
  }
}
