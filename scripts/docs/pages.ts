import type { Column, Columns } from '../../src/etl/pipeline/column.ts';
import type { Builtin } from './builtins.ts';
import type { DocumentedOption } from './docstrings.ts';

const NOTICE = '<!-- Made by `npm run docs` from the source: change that, and run it again. -->';

/** All pages about transforms, by their path in `docs/`. */
export function transformPages(builtins: readonly Builtin[]): Map<string, string> {
  return new Map([
    ['transforms.md', indexPage(builtins)],
    ...builtins.map((one): [string, string] => [`transforms/${one.transform.name}.md`, page(one)]),
  ]);
}

function indexPage(builtins: readonly Builtin[]): string {
  const rows = builtins.map(({ transform, documented, isUsual }) => [
    `[\`${transform.name}\`](transforms/${transform.name}.md)`,
    firstSentence(documented.text),
    isUsual ? 'yes' : '',
    Object.keys(transform.adds).map(code).join(', '),
  ]);
  return `# Transforms

${NOTICE}

The transforms that come with clickstream, in the order in which a pipeline has them. Those of the default pipeline run without being
asked for; the others are in \`clickstream/transforms\`. \`clickstream try --only flatten\` (from a checkout,
\`npm run clickstream -- try --only flatten\`) shows what one does to sample events. [A column of your own](tutorial.md) in ten
minutes; [recipes](recipes.md) for what shops ask for.

${table(['transform', 'what it does', 'default', 'adds'], rows)}`;
}

function page({ transform, documented, file, isMade, isUsual }: Builtin): string {
  const { name, needs, adds } = transform;
  const sections = [
    `# ${name}\n\n${NOTICE}`,
    documented.text,
    `Source: [\`src/etl/transforms/${file}\`](../../src/etl/transforms/${file}). ` +
      (isUsual ? 'It is part of the default pipeline.' : 'It is not part of the default pipeline: name it in yours.'),
    `\`\`\`ts\nimport { ${documented.name} } from 'clickstream/transforms';\n\`\`\``,
    ...documented.examples.map((example) => `\`\`\`ts\n${example}\n\`\`\``),
    `## Needs\n\n${columnsTable(needs, ['column', 'type'], 'No column: it reads the event.', needRow)}`,
    `## Adds\n\n${columnsTable(adds, ['column', 'type', 'what it is'], 'No column.', addRow)}`,
    ...(isMade ? [`## Options\n\n${optionsTable(documented.options)}`] : []),
  ];
  return `${sections.join('\n\n')}\n`.replaceAll(/\n{3,}/g, '\n\n');
}

function columnsTable(
  columns: Columns,
  titles: readonly string[],
  none: string,
  row: (name: string, declared: Column) => readonly string[],
): string {
  const entries = Object.entries(columns);
  return entries.length === 0 ? none : table(titles, entries.map(([name, declared]) => row(name, declared))); // prettier-ignore
}

function needRow(name: string, { type, nullable }: Column): string[] {
  return [code(name), `${type}${nullable ? '' : ', never null'}`];
}

function addRow(name: string, declared: Column): string[] {
  return [...needRow(name, declared), declared.comment];
}

function optionsTable(options: readonly DocumentedOption[]): string {
  if (options.length === 0) return 'None.';
  const rows = options.map(({ name, type, isRequired, text }) => [
    `${code(name)}${isRequired ? ' (required)' : ''}`,
    code(type),
    text.replaceAll('\n', ' '),
  ]);
  return table(['option', 'type', 'what it does'], rows);
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return `${[line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function code(text: string): string {
  return `\`${text}\``;
}

/** The first sentence of a docstring is what a list has room for. */
function firstSentence(text: string): string {
  return /^.*?[.:](?=\s|$)/s.exec(text)?.[0].replace(/:$/, '.') ?? text;
}
