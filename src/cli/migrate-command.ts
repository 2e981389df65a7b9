import { readWarehouseSettings } from '../config/settings.ts';
import { defaultPipeline } from '../etl/default-pipeline.ts';
import { migrate, type Migrated } from '../warehouse/migrate.ts';
import { pendingMigrations } from '../warehouse/pending.ts';
import { pendingRoles } from '../warehouse/roles-pending.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson, type Colors } from './output.ts';

/** The flags of `clickstream migrate`. */
export interface MigrateFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly roles?: boolean;
}

/**
 * `clickstream migrate`: brings the warehouse up to date, or shows what that would change.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function migrateCommand({ dryRun = false, json = false, roles = false }: MigrateFlags): Promise<number> {
  const settings = readWarehouseSettings(process.env);
  const { columns } = defaultPipeline;
  const changes = dryRun
    ? { ...(await pendingMigrations(settings, columns)), ...(roles ? { roles: await pendingRoles(settings) } : {}) }
    : await migrate(settings, columns, { roles });
  if (json) printJson({ dryRun, ...changes });
  else print(migratedText(changes, dryRun, settings.tables.events, colorsFor(process.stdout, process.env)));
  return EXIT.complete;
}

/** What was changed, or would be, in a line each. */
export function migratedText(
  { applied, added, roles = [] }: Migrated,
  dryRun: boolean,
  events: string,
  colors: Colors,
): string {
  const verb = dryRun ? ['would apply', 'would add', 'would create'] : ['applied', 'added', 'created'];
  const lines = [
    ...roles.map((role) => `${colors.green(verb[2])} role ${role}`),
    ...applied.map((file) => `${colors.green(verb[0])} ${file}`),
    ...added.map((column) => `${colors.green(verb[1])} column ${column}`),
  ];
  if (lines.length === 0) return `The warehouse of ${events} is up to date.`;
  return [...lines, dryRun ? 'Nothing was changed.' : `The warehouse of ${events} is up to date now.`].join('\n');
}
