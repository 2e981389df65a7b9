import { readSettlingSettings, readWarehouseSettings } from '../config/settings.ts';
import { defaultPipeline } from '../etl/default-pipeline.ts';
import { adopt as adoptTable, previewAdoption } from '../warehouse/adoption/adopt.ts';
import { migrate } from '../warehouse/migrate.ts';
import { pendingMigrations } from '../warehouse/pending.ts';
import { pendingRoles } from '../warehouse/roles-pending.ts';
import { EXIT } from './exit-codes.ts';
import { migratedText, type Changes } from './migrate-text.ts';
import { colorsFor, print, printJson, say } from './output.ts';

/** The flags of `clickstream migrate`. */
export interface MigrateFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly roles?: boolean;
  readonly adopt?: boolean;
}

const PROGRESS_EVERY_MS = 5_000;

/**
 * `clickstream migrate`: brings the warehouse up to date, or shows what that would change.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function migrateCommand(flags: MigrateFlags): Promise<number> {
  const { dryRun = false, json = false } = flags;
  const { tables } = readWarehouseSettings(process.env);
  const changes = dryRun ? await pending(flags) : await apply(flags);
  if (json) printJson({ dryRun, ...changes });
  else print(migratedText(changes, dryRun, tables.events, colorsFor(process.stdout, process.env)));
  return EXIT.complete;
}

async function apply({ roles = false, adopt = false }: MigrateFlags): Promise<Changes> {
  if (!adopt) return migrate(readWarehouseSettings(process.env), defaultPipeline.columns, { roles });
  const settings = readSettlingSettings(process.env);
  return adoptTable(settings, defaultPipeline, settings, { roles, onProgress: progress('copied') });
}

async function pending({ roles = false, adopt = false }: MigrateFlags): Promise<Changes> {
  const settings = readWarehouseSettings(process.env);
  const rule = adopt ? readSettlingSettings(process.env) : undefined;
  const migrations = await pendingMigrations(settings, defaultPipeline.columns, { adopt });
  const created = roles ? { roles: await pendingRoles(settings) } : {};
  const adopted = rule && (await previewAdoption(settings, defaultPipeline, rule, progress('read')));
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
