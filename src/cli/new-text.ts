import type { TransformNames } from './new-names.ts';
import type { NewPlace } from './new-place.ts';

/** A transform that works, to be made another: it takes a field that the client sent into a column. */
export function transformText({ name, column, field }: TransformNames, { from }: NewPlace): string {
  const [ofColumn, ofTransform] = [
    from('etl/pipeline/column.ts', 'clickstream'),
    from('etl/pipeline/transform.ts', 'clickstream'),
  ];
  const imports =
    ofColumn === ofTransform
      ? `import { column, transform } from '${ofColumn}';`
      : `import { column } from '${ofColumn}';\nimport { transform } from '${ofTransform}';`;
  return `${imports}

/** Takes the ${field} that the client sent into a column of its own. (Say here what yours does.) */
export const ${name} = transform({
  name: '${name}',
  // Columns of earlier transforms that it reads: { page_url: column.text() }
  needs: {},
  // Columns of its own: text, numeric, integer, boolean, timestamptz, date, jsonb, textArray, ...
  adds: { ${column}: column.text('The ${field}, as the client sent it') },
  each({ event, row }) {
    // Anybody can send anything: check a value before using it. A column that is not set is null.
    const value = event['${field}'];
    if (typeof value === 'string' && value !== '') row.${column} = value;
  },
});
`;
}

/** Its test: the rules that all transforms keep, and what this one is for. */
export function transformTestText(
  { name, column, field }: TransformNames,
  { from, runner }: NewPlace,
  file: string,
): string {
  const [head, expectation] =
    runner === 'vitest'
      ? [
          `import { expect, test } from 'vitest';`,
          `expect(rows.map((row) => row.${column})).toEqual(['spring', null, null]);`,
        ]
      : [
          `import assert from 'node:assert/strict';\nimport { test } from 'node:test';`,
          `assert.deepEqual(\n    rows.map((row) => row.${column}),\n    ['spring', null, null],\n  );`,
        ];
  return `${head}
import { runTransform, testTransform } from '${from('testing/index.ts', 'clickstream/testing')}';
import { ${name} } from './${file}';

test('${name} takes the ${field} that the client sent, and nothing that is no text', async () => {
  const { rows } = await runTransform(${name}, [
    { event: { ${field}: 'spring' } },
    { event: { ${field}: 7 } },
    { event: {} },
  ]);
  ${expectation}
});

test('${name} keeps the rules of transforms', async () => {
  await testTransform(${name}, { events: [{ eventName: 'page_view', ${field}: 'spring' }] });
}${runner === 'vitest' ? ', 30_000' : ''});
`;
}

/** A pipeline of the usual transforms, with room for more. A checkout knows itself by the package's name, too. */
export function pipelineText(): string {
  return `import { defineEtl, standardTransforms } from 'clickstream';

/** The transforms of a run, in order. Yours go after the standard ones, which have all of an event's columns filled. */
const etl = defineEtl({ transforms: [...standardTransforms] });

/** What Lambda calls, when this file is bundled. */
export const { handler } = etl;
export default etl;
`;
}
