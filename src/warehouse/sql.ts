import { readdirSync, readFileSync } from 'node:fs';

/**
 * The text of a file below `sql/`. The build replaces this module by one that holds the files, since a bundle runs with
 * nothing beside it.
 */
export function readSql(file: string): string {
  return readFileSync(new URL(`../../sql/${file}`, import.meta.url), 'utf8');
}

/** The names of the SQL files in a folder of `sql/`, sorted. */
export function listSql(folder: string): string[] {
  return readdirSync(new URL(`../../sql/${folder}`, import.meta.url))
    .filter((file) => file.endsWith('.sql'))
    .sort();
}
