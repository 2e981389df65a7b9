import { readSettlingSettings, readWarehouseSettings, type WarehouseSettings } from '../config/settings.ts';
import { ClickstreamError } from '../errors.ts';
import { defaultPipeline } from '../etl/default-pipeline.ts';
import type { Columns } from '../etl/pipeline/column.ts';
import type { Pipeline } from '../etl/pipeline/pipeline.ts';
import { adopt as adoptTable, previewAdoption } from '../warehouse/adoption/adopt.ts';
import { migrate } from '../warehouse/migrate.ts';
import { pendingMigrations, type Pending } from '../warehouse/pending.ts';
import { pendingRoles } from '../warehouse/roles-pending.ts';
import { confirm, type Terminal } from './confirm.ts';
import { EXIT } from './exit-codes.ts';
import { migratedText, type Changes } from './migrate-text.ts';
import { colorsFor, print, printJson, say } from './output.ts';
import { pipelineOf } from './pipeline-file.ts';
import { plural } from './text.ts';

/** The flags of `clickstream migrate`. */
export interface MigrateFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly roles?: boolean;
  readonly adopt?: boolean;
  readonly pipeline?: string;
  readonly yes?: boolean;
}

const TERMINAL: Terminal = { input: process.stdin, output: process.stderr };
const PROGRESS_EVERY_MS = 5_000;

/**
 * `clickstream migrate`: brings the warehouse up to date, or shows what that would change. The columns of a pipeline file
 * are shown first and made when somebody says yes, since what is in a file may be a draft.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong; `not_confirmed` when nobody said yes.
 */
export async function migrateCommand(flags: MigrateFlags, terminal = TERMINAL): Promise<number> {
  const { dryRun = false, json = false } = flags;
  const pipeline = await pipelineOf(flags.pipeline);
  const settings = readWarehouseSettings(process.env);
  const isDraft = !dryRun && flags.pipeline !== undefined && flags.yes !== true;
  if (isDraft) await confirmColumns(flags, settings, pipeline.columns, terminal);
  const changes = dryRun ? await pending(flags, settings, pipeline) : await apply(flags, settings, pipeline);
  if (json) printJson({ dryRun, ...changes });
  else print(migratedText(changes, dryRun, settings.tables.events, colorsFor(process.stdout, process.env)));
  return EXIT.complete;
}

async function apply(
  { roles = false, adopt = false }: MigrateFlags,
  warehouse: WarehouseSettings,
  pipeline: Pipeline,
): Promise<Changes> {
  if (!adopt) return migrate(warehouse, pipeline.columns, { roles });
  const settings = readSettlingSettings(process.env);
  return adoptTable(settings, pipeline, settings, { roles, onProgress: progress('copied') });
}

async function pending(
  { roles = false, adopt = false }: MigrateFlags,
  settings: WarehouseSettings,
  pipeline: Pipeline,
): Promise<Changes> {
  const rule = adopt ? readSettlingSettings(process.env) : undefined;
  const migrations = await pendingMigrations(settings, pipeline.columns, { adopt, migrated: defaultPipeline.columns });
  const created = roles ? { roles: await pendingRoles(settings) } : {};
  const adopted = rule && (await previewAdoption(settings, pipeline, rule, progress('read')));
  return { ...migrations, ...created, ...(adopted ? { adopted } : {}) };
}

/** Says now and then how far it has come. */
function progress(verb: string): (share: number) => void {
  let said_ms = performance.now();
  return (share) => {
    if (performance.now() - said_ms < PROGRESS_EVERY_MS) return;
    said_ms = performance.now();
    say(`${verb} ${Math.floor(share * 100)} % of the table`);
  };
}

/** Shows the statements that would add columns, and asks; when there are none there is nothing to ask. */
async function confirmColumns(
  { adopt = false, json = false }: MigrateFlags,
  settings: WarehouseSettings,
  columns: Columns,
  terminal: Terminal,
): Promise<void> {
  const { statements, added }: Pending = await pendingMigrations(settings, columns, {
    adopt,
    migrated: defaultPipeline.columns,
  });
  if (statements.length === 0) return;
  say(`${statements.map((statement) => `${statement};`).join('\n')}\n`);
  const question = `Add ${plural(added.length, 'column')} to ${settings.tables.events}? (yes/no) `;
  if (json || !terminal.input.isTTY) {
    throw notConfirmed('Nobody is there to say yes to these statements: look at them and run it again with --yes.');
  }
  if (!(await confirm(question, terminal))) throw notConfirmed('Nothing was changed.');
}

function notConfirmed(message: string): ClickstreamError {
  return new ClickstreamError({ code: 'not_confirmed', stage: 'config', message });
}
