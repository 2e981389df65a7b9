// Builds everything that is deployed or installed into dist/: `npm run build`. `npm run build -- --analyze` also says
// what each bundle is made of.
import { join } from 'node:path';
import { analyzeMetafile } from 'esbuild';
import { buildBundles, ROOT, type Built } from './build/bundles.ts';
import { coldStart_ms } from './build/cold-start.ts';
import { buildLibrary } from './build/library.ts';

const COLD_STARTS = 11;

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;

/** Only the functions start cold; a command starts once. */
function row({ spec, size_bytes, zip, files }: Built): string[] {
  const import_ms = zip && `${coldStart_ms(files[0], COLD_STARTS).toFixed(0)} ms`;
  return [`dist/${spec.outFile}`, kilobytes(size_bytes), zip ? kilobytes(zip.size_bytes) : '', import_ms ?? ''];
}

function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  for (const [name = '', ...figures] of rows) {
    console.log([name.padEnd(widths[0]!), ...figures.map((cell, at) => cell.padStart(widths[at + 1]!))].join('  '));
  }
}

const built = await buildBundles(join(ROOT, 'dist'));
const library = await buildLibrary(ROOT, join(ROOT, 'dist'));
printTable([
  ['bundle', 'size', 'zip', `import, median of ${COLD_STARTS}`],
  ...built.map(row),
  ['dist/lib', kilobytes(library.size_bytes), '', ''],
]);
if (process.argv.includes('--analyze')) {
  for (const { metafile } of built) console.log(await analyzeMetafile(metafile));
}
