import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A module with the functions of `src/warehouse/sql.ts` that holds the files.
 *
 * @param root the project's folder.
 * @param folders those of `sql/` that are to be in it.
 */
export function embeddedSql(root: string, folders: readonly string[]): string {
  const files = folders.flatMap((folder) => readFolder(join(root, 'sql'), folder));
  return `
    const files = new Map(${JSON.stringify(files)});
    export function readSql(file) {
      const text = files.get(file);
      if (text === undefined) throw new Error('This bundle was built without sql/' + file);
      return text;
    }
    export function listSql(folder) {
      const names = [...files.keys()].filter((file) => file.startsWith(folder + '/'));
      return names.map((file) => file.slice(folder.length + 1));
    }`;
}

/** `[name below sql/, text]`, sorted. */
function readFolder(sql: string, folder: string): [string, string][] {
  const names = readdirSync(join(sql, folder)).filter((file) => file.endsWith('.sql'));
  return names.sort().map((file) => [`${folder}/${file}`, readFileSync(join(sql, folder, file), 'utf8')]);
}
