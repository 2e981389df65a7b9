import { readWarehouseSettings, type WarehouseSettings } from '../config/settings.ts';
import { ClickstreamError } from '../errors.ts';
import { defaultPipeline } from '../etl/default-pipeline.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import { migrate, type Migrated } from '../warehouse/migrate.ts';
import { pendingMigrations, type Pending } from '../warehouse/pending.ts';
import { pendingRoles } from '../warehouse/roles-pending.ts';
import { confirm, type Terminal } from './confirm.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson, say, type Colors } from './output.ts';
import { pipelineOf } from './pipeline-file.ts';
import { plural } from './text.ts';

/** The flags of `clickstream migrate`. */
export interface MigrateFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly roles?: boolean;
  readonly pipeline?: string;
  readonly yes?: boolean;
}

const TERMINAL: Terminal = { input: process.stdin, output: process.stderr };

/**
 * `clickstream migrate`: brings the warehouse up to date, or shows what that would change. The columns of a pipeline file
 * are shown first and made when somebody says yes, since what is in a file may be a draft.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong; `not_confirmed` when nobody said yes.
 */
export async function migrateCommand(flags: MigrateFlags, terminal = TERMINAL): Promise<number> {
  const { dryRun = false, json = false, roles = false } = flags;
  const { columns } = await pipelineOf(flags.pipeline);
  const settings = readWarehouseSettings(process.env);
  const { events } = settings.tables;
  const colors = colorsFor(process.stdout, process.env);
  if (dryRun) {
    const pending = await pendingMigrations(settings, columns, defaultPipeline.columns);
    const { applied, added, statements } = pending;
    const changes = { applied, added, ...(roles ? { roles: await pendingRoles(settings) } : {}) };
    if (json) printJson({ dryRun, ...changes, statements });
    else print(migratedText(changes, dryRun, events, colors, statements));
    return EXIT.complete;
  }
  if (flags.pipeline !== undefined && flags.yes !== true) await confirmColumns(settings, columns, json, terminal);
  const changes = await migrate(settings, columns, { roles });
  if (json) printJson({ dryRun, ...changes });
  else print(migratedText(changes, dryRun, events, colors));
  return EXIT.complete;
}

/** Shows the statements that would add columns, and asks; when there are none there is nothing to ask. */
async function confirmColumns(
  settings: WarehouseSettings,
  columns: Columns,
  json: boolean,
  terminal: Terminal,
): Promise<void> {
  const pending: Pending = await pendingMigrations(settings, columns, defaultPipeline.columns);
  if (pending.statements.length === 0) return;
  say(`${pending.statements.map((statement) => `${statement};`).join('\n')}\n`);
  const question = `Add ${plural(pending.added.length, 'column')} to ${settings.tables.events}? (yes/no) `;
  if (json || !terminal.input.isTTY) {
    throw notConfirmed('Nobody is there to say yes to these statements: look at them and run it again with --yes.');
  }
  if (!(await confirm(question, terminal))) throw notConfirmed('Nothing was changed.');
}

function notConfirmed(message: string): ClickstreamError {
  return new ClickstreamError({ code: 'not_confirmed', stage: 'config', message });
}

/** What was changed, or would be, in a line each, with the statements that would do it. */
export function migratedText(
  { applied, added, roles = [] }: Migrated,
  dryRun: boolean,
  events: string,
  colors: Colors,
  statements: readonly string[] = [],
): string {
  const verb = dryRun ? ['would apply', 'would add', 'would create'] : ['applied', 'added', 'created'];
  const lines = [
    ...roles.map((role) => `${colors.green(verb[2])} role ${role}`),
    ...applied.map((file) => `${colors.green(verb[0])} ${file}`),
    ...added.map((column) => `${colors.green(verb[1])} column ${column}`),
    ...statements.map((statement) => colors.dim(`  ${statement};`)),
  ];
  if (lines.length === 0) return `The warehouse of ${events} is up to date.`;
  return [...lines, dryRun ? 'Nothing was changed.' : `The warehouse of ${events} is up to date now.`].join('\n');
}
