import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../../scripts/build/bundles.ts';

/**
 * Compiles files as somebody would who is strict, declarations of packages included.
 *
 * @returns what the compiler says of each file, by name; the whole of each message in a line.
 */
export function typeCheck(
  project: string,
  files: readonly string[],
  options: ts.CompilerOptions = {},
): Map<string, string[]> {
  const program = ts.createProgram(
    files.map((file) => join(project, file)),
    {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2023.d.ts'],
      module: ts.ModuleKind.NodeNext,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      noErrorTruncation: false,
      types: ['node'],
      typeRoots: [join(ROOT, 'node_modules', '@types')],
      ...options,
    },
  );
  const said = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = file ? file.fileName.slice(project.length + 1) : '';
    const text = ts.flattenDiagnosticMessageText(messageText, ' ').replaceAll('\\"', '"');
    said.set(name, [...(said.get(name) ?? []), text]);
  }
  return said;
}
