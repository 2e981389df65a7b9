import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ClickstreamError } from '../errors.ts';
import { defaultPipeline } from '../etl/default-pipeline.ts';
import { EXIT } from './exit-codes.ts';
import { flagError } from './flag.ts';
import { transformNames } from './new-names.ts';
import { newPlace, type NewPlace } from './new-place.ts';
import { pipelineText, transformTestText, transformText } from './new-text.ts';
import { colorsFor, print } from './output.ts';

/** The flags of `clickstream new`. */
export interface NewFlags {
  readonly dir?: string;
}

/**
 * `clickstream new transform`: writes a transform that works, and its test, and says what to do next.
 *
 * @returns the exit code.
 * @throws ClickstreamError `invalid_flag` for a name that is none, or files that are there already; nothing is written then.
 */
export function newTransformCommand(name: string, { dir }: NewFlags): number {
  const names = transformNames(name, Object.keys(defaultPipeline.columns));
  const place = newPlace(dir, { inCheckout: 'src/etl/transforms', inProject: 'transforms' });
  const file = `${names.file}.${place.ending}`;
  const test = `${names.file}.test.${place.ending}`;
  const [path = '', testPath = ''] = writeNew(place, {
    [file]: transformText(names, place),
    [test]: transformTestText(names, place, file),
  });
  const pipeline = `pipeline.${place.ending}`;
  const clickstream = commandOf(place);
  const inList: Step = place.isCheckout
    ? [`[..., ${name}]`, `in src/etl/default-pipeline.ts, after: import { ${name} } from './transforms/${file}';`]
    : [
        `defineEtl({ transforms: [...standardTransforms, ${name}] })`,
        `in ${pipeline} (${clickstream} new pipeline), after: import { ${name} } from './${path}';`,
      ];
  const given = place.isCheckout ? '' : ` ${pipeline}`;
  told(
    [path, testPath],
    [
      [`${runnerOf(place)} ${testPath}`, 'its test, which passes now; change both'],
      inList,
      [`${clickstream} try${given} --only ${name} --watch`, 'what it does to events, while you edit it'],
      [
        `${clickstream} migrate${place.isCheckout ? '' : ` --pipeline ${pipeline}`}`,
        `the column ${names.column}, when it is as you want it`,
      ],
    ],
  );
  return EXIT.complete;
}

/**
 * `clickstream new pipeline`: writes a pipeline of the usual transforms, and says what to do next.
 *
 * @returns the exit code.
 * @throws ClickstreamError `invalid_flag` for a file that is there already.
 */
export function newPipelineCommand({ dir }: NewFlags): number {
  const place = newPlace(dir, { inCheckout: 'examples', inProject: '.' });
  const [path = ''] = writeNew(place, { [`pipeline.${place.ending}`]: pipelineText() });
  const clickstream = commandOf(place);
  told(
    [path],
    [
      [`${clickstream} try ${path}`, 'sample events on their way through it'],
      [`${clickstream} new transform addDiscount`, 'a transform of your own, to be listed in it'],
      [`${clickstream} migrate --pipeline ${path}`, 'the columns that it adds, shown first'],
      [`${clickstream} etl --pipeline ${path} --hour 2025-12-06T05`, 'an hour through it into the warehouse'],
    ],
  );
  return EXIT.complete;
}

/** How the command line is called where the files are. */
function commandOf({ isCheckout }: NewPlace): string {
  return isCheckout ? 'npm run clickstream --' : 'npx clickstream';
}

/** Node runs a test in TypeScript from 22.18 on, older ones by tsx. */
function runnerOf({ runner, ending }: NewPlace): string {
  if (runner === 'vitest') return 'npx vitest run';
  const reads = ending !== 'ts' || Boolean((process.features as { readonly typescript?: unknown }).typescript);
  return reads ? 'node --test' : 'npx tsx --test';
}

/** Writes files that must not exist; all of them or none. Returns their paths as one would type them. */
function writeNew({ dir }: NewPlace, files: Readonly<Record<string, string>>): string[] {
  const written: string[] = [];
  try {
    mkdirSync(dir, { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      const path = join(dir, name);
      writeFileSync(path, text, { flag: 'wx' });
      written.push(path);
    }
  } catch (error) {
    written.forEach((path) => rmSync(path));
    const { code, path = dir } = error as NodeJS.ErrnoException;
    const shownPath = relative('.', path) || '.';
    if (code === 'EEXIST')
      throw flagError(`${shownPath} is there already, and stays as it is; give another name or --dir.`);
    const message = `${shownPath} cannot be written (${code ?? String(error)}).`;
    throw new ClickstreamError({ code: 'cannot_write', stage: 'config', message, cause: error });
  }
  return written.map((path) => relative('.', path));
}

/** What to type or write, and why. */
type Step = readonly [what: string, why: string];

function told(paths: readonly string[], next: readonly Step[]): void {
  const colors = colorsFor(process.stdout, process.env);
  print([...paths.map((path) => `${colors.green('wrote')} ${path}`), '', 'Next:'].join('\n'));
  for (const [what, why] of next) print(`  ${colors.bold(what)}\n      ${why}`);
}
