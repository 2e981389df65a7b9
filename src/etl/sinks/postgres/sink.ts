import { randomUUID } from 'node:crypto';
import type { PostgresSettings } from '../../../config/settings.ts';
import type { TableNames } from '../../../config/table-names.ts';
import type { SettlingRule } from '../../../config/settling-rule.ts';
import { adoptRule } from '../../../warehouse/adopt-rule.ts';
import { checkTables } from '../../../warehouse/check-tables.ts';
import type { Columns } from '../../pipeline/column.ts';
import { unitLabel, type HourUnit } from '../../pipeline/hours.ts';
import type { Claim, Sink } from '../../pipeline/sink.ts';
import { Admission } from './admission.ts';
import { PostgresClaim } from './claim.ts';
import { Connection, type TimeLeft } from './connection.ts';
import { RowEncoder } from './encode.ts';
import { Hold, LETTING_GO_MS, RENEWAL_LIMIT_MS } from './hold.ts';
import { settle } from './settle.ts';
import { AHEAD_ROWS, SettlingAhead } from './settle-ahead.ts';
import { statementsFor, type Statements } from './statements.ts';

/** What a Postgres sink is made of. */
export interface PostgresSinkOptions {
  readonly postgres: PostgresSettings;
  readonly tables: TableNames;
  readonly columns: Columns;
  readonly rule: SettlingRule;
  /** What began the run: `scheduled`, `explicit` or `redrive`; kept in the ledger. */
  readonly trigger: string;
  /** One id for all that an invocation does. */
  readonly runId?: string;
  /** Milliseconds left for work on the warehouse. */
  readonly timeLeft_ms: TimeLeft;
  /** New rows after which settling begins while the hour is still being read. */
  readonly aheadRows?: number;
}

/** Writes to the warehouse: every batch one transaction, every hour held by one run at a time. */
export class PostgresSink implements Sink {
  readonly #options: PostgresSinkOptions;
  readonly #runId: string;
  readonly #writer: Connection;
  readonly #statements: Statements;
  readonly #encoder: RowEncoder;
  readonly #admission = new Admission();

  constructor(options: PostgresSinkOptions) {
    const { postgres, tables, columns, rule, timeLeft_ms } = options;
    this.#options = options;
    this.#runId = options.runId ?? randomUUID();
    this.#writer = new Connection(postgres, 'clickstream etl', timeLeft_ms);
    this.#statements = statementsFor(tables, columns, rule);
    this.#encoder = new RowEncoder(columns);
  }

  async open(): Promise<void> {
    const { tables, columns, rule } = this.#options;
    await this.#writer.run(async (client) => {
      await checkTables(client, tables, columns);
      await adoptRule(client, this.#statements.adoptRule, rule);
    });
  }

  async claim(unit: HourUnit): Promise<Claim | undefined> {
    const { postgres, trigger, timeLeft_ms } = this.#options;
    const writer = this.#writer;
    const keeper = new Connection(postgres, 'clickstream hold', () =>
      Math.min(timeLeft_ms() + LETTING_GO_MS, RENEWAL_LIMIT_MS),
    );
    const run = { unit, label: unitLabel(unit), runId: this.#runId };
    const taken = await Hold.take(run, this.#statements, writer, keeper);
    if (!taken) return undefined;
    try {
      await writer.run((client) => this.#admission.renew(client, this.#statements));
    } catch (error) {
      await taken.hold.release(writer);
      throw error;
    }
    const context = {
      unit,
      runId: this.#runId,
      trigger,
      writer,
      encoder: this.#encoder,
      admission: this.#admission,
      statements: this.#statements,
      ahead: new SettlingAhead(
        new Connection(postgres, 'clickstream settle', timeLeft_ms),
        writer,
        this.#statements,
        this.#options.aheadRows ?? AHEAD_ROWS,
      ),
    };
    return new PostgresClaim(context, taken.hold, taken.row);
  }

  /** Settles what is left of runs that did not get to it, outside of any hour. */
  async settle(): Promise<void> {
    await settle(this.#writer, this.#statements);
  }

  async close(): Promise<void> {
    await this.#writer.close();
  }
}
