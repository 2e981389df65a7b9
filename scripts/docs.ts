// Writes the pages about transforms from their source: `npm run docs`. A test says when they are out of date.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtinsOf } from './docs/builtins.ts';
import { transformPages } from './docs/pages.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const docs = join(ROOT, 'docs');

const pages = transformPages(await builtinsOf(join(ROOT, 'src/etl/transforms')));
for (const [path, text] of pages) {
  mkdirSync(dirname(join(docs, path)), { recursive: true });
  writeFileSync(join(docs, path), text);
  console.log(`docs/${path}`);
}
// Of a transform that is gone or has another name.
for (const name of readdirSync(join(docs, 'transforms'))) {
  if (!pages.has(`transforms/${name}`)) rmSync(join(docs, 'transforms', name));
}
