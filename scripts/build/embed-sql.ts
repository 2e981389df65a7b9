import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Puts SQL files into a bundle: replaces `src/warehouse/sql.ts` by a module of the same functions that holds the files.
 *
 * @param root the project's folder.
 * @param folders those of `sql/` that the bundle needs.
 */
export function embedSql(root: string, folders: readonly string[]): Plugin {
  const module = join(root, 'src', 'warehouse', 'sql.ts');
  return {
    name: 'embed-sql',
    setup(build) {
      build.onLoad({ filter: /sql\.ts$/ }, ({ path }) =>
        path === module ? { contents: moduleWith(readFolders(root, folders)), loader: 'js' } : undefined,
      );
    },
  };
}

/** `[name below sql/, text]`, sorted. */
function readFolders(root: string, folders: readonly string[]): [string, string][] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, 'sql', folder))
      .filter((file) => file.endsWith('.sql'))
      .sort()
      .map((file): [string, string] => [`${folder}/${file}`, readFileSync(join(root, 'sql', folder, file), 'utf8')]),
  );
}

function moduleWith(files: readonly [string, string][]): string {
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
