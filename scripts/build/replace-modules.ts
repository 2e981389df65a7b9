import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Puts other modules in the place of the project's own: those that read files, which a bundle does not have beside it.
 *
 * @param root the project's folder.
 * @param modules the JavaScript to put in, by the file's path relative to `root`.
 */
export function replaceModules(root: string, modules: Readonly<Record<string, string>>): Plugin {
  const contentsByPath = new Map(Object.entries(modules).map(([file, contents]) => [join(root, file), contents]));
  return {
    name: 'replace-modules',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const contents = contentsByPath.get(path);
        return contents === undefined ? undefined : { contents, loader: 'js' };
      });
    },
  };
}
