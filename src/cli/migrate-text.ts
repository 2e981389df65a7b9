import type { Adopted } from '../warehouse/adoption/adopt.ts';
import type { Migrated } from '../warehouse/migrate.ts';
import type { Colors } from './output.ts';
import { countText, plural } from './text.ts';

/** What `clickstream migrate` changed, or would change. */
export interface Changes extends Migrated {
  /** Of the table that was there before, with `--adopt`. */
  readonly adopted?: Adopted;
  /** What would add the columns; only where nothing was changed yet. */
  readonly statements?: readonly string[];
}

/** What was changed, or would be, in a line each, with the statements that would do it. */
export function migratedText(
  { applied, added, roles = [], adopted, statements = [] }: Changes,
  dryRun: boolean,
  events: string,
  colors: Colors,
): string {
  const verb = dryRun ? ['would apply', 'would add', 'would create'] : ['applied', 'added', 'created'];
  const lines = [
    ...roles.map((role) => `${colors.green(verb[2])} role ${role}`),
    ...applied.map((file) => `${colors.green(verb[0])} ${file}`),
    ...added.map((column) => `${colors.green(verb[1])} column ${column}`),
    ...statements.map((statement) => colors.dim(`  ${statement};`)),
    ...(adopted ? adoptedLines(adopted, dryRun, colors) : []),
  ];
  if (lines.length === 0) return `The warehouse of ${events} is up to date.`;
  return [...lines, dryRun ? 'Nothing was changed.' : `The warehouse of ${events} is up to date now.`].join('\n');
}

/** Where the former table is, what became of its rows, and which column became which. */
function adoptedLines(
  { former, columns, found, split, adopted, duplicates, keptAside }: Adopted,
  dryRun: boolean,
  colors: Colors,
): string[] {
  const aside = Object.entries(keptAside);
  const rows = [
    `${countText(adopted)} of ${plural(found, 'row')}`,
    ...(split > 0 ? [`${countText(split)} events made of others among them`] : []),
    plural(duplicates, 'duplicate'),
    ...aside.map(([reason, count]) => `${countText(count)} kept aside (${reason})`),
  ];
  return [
    `${colors.green(dryRun ? 'would keep' : 'kept')} the former table as ${former}`,
    `${colors.green(dryRun ? 'would adopt' : 'adopted')} ${rows.join(', ')}`,
    ...Object.entries(columns)
      .filter(([name, to]) => name !== to)
      .map(([name, to]) => `  ${name} -> ${to}`),
  ];
}
