import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/**
 * The type declarations of modules and of whatever they mention, by file name relative to `src`: `package/index.d.ts`,
 * `etl/pipeline/column.d.ts`. What they do not mention stays out.
 *
 * @param root the project's folder.
 * @param entries modules relative to `root`.
 * @throws Error when they do not compile.
 */
export function declarations(root: string, entries: readonly string[]): Map<string, string> {
  const emitted = emit(root, entries);
  const reached = new Map<string, string>();
  const visit = (file: string): void => {
    const text = emitted.get(file);
    const name = relative(join(root, 'src'), file);
    if (text === undefined || reached.has(name)) return;
    reached.set(name, withJsExtensions(text));
    for (const specifier of importsOf(text)) {
      if (specifier.startsWith('.')) visit(join(dirname(file), specifier.replace(/\.ts$/, '.d.ts')));
    }
  };
  for (const entry of entries) visit(join(root, entry).replace(/\.ts$/, '.d.ts'));
  return reached;
}

/** By absolute path, as if each lay beside its source. */
function emit(root: string, entries: readonly string[]): Map<string, string> {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root);
  const program = ts.createProgram(
    entries.map((entry) => join(root, entry)),
    { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true },
  );
  const emitted = new Map<string, string>();
  const { diagnostics } = program.emit(undefined, (file, text) => emitted.set(file, text));
  const wrong = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
  if (wrong.length > 0) throw new Error(ts.formatDiagnostics(wrong, formatHost(root)));
  return emitted;
}

function formatHost(root: string): ts.FormatDiagnosticsHost {
  return { getCurrentDirectory: () => root, getCanonicalFileName: (name) => name, getNewLine: () => '\n' };
}

/** What a declaration file imports, `import('...')` within types included. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

/** Declarations name the files that lie beside them, which are no sources. */
function withJsExtensions(text: string): string {
  return text.replaceAll(/((?:from|import\() ?['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js');
}
