import { expect, test } from 'vitest';
import { column } from './column.ts';
import { definePipeline } from './pipeline.ts';
import { recordsOf } from './testing/records.ts';
import { transform } from './transform.ts';
import { RULE } from './testing/rule.ts';

const hour = RULE;

test('a transform that says nothing of columns needs and adds none', () => {
  const look = transform({ name: 'look', each: () => undefined });
  expect([look.name, look.needs, look.adds]).toEqual(['look', {}, {}]);
  const price = column.numeric();
  expect(transform({ name: 'a', needs: { price }, batch: () => undefined })).toMatchObject({
    needs: { price },
    adds: {},
  });
  expect(transform({ name: 'a', adds: { price }, batch: () => undefined })).toMatchObject({
    needs: {},
    adds: { price },
  });
});

test('one with `open` is told the run’s settings, as the object that it was written as', async () => {
  const definition = {
    name: 'keep',
    seen: [] as unknown[],
    open(context: unknown) {
      this.seen.push(context);
      return { batch: () => undefined };
    },
  };
  await definePipeline([transform(definition)]).open(hour);
  expect(definition.seen).toEqual([hour]);
});

test.each([
  [new TypeError('no price'), 'no price'],
  ['no price at all', 'no price at all'],
  [undefined, 'undefined'],
])('what `each` throws for a record is why that record is rejected: %s', async (thrown, detail) => {
  const fussy = transform({
    name: 'fussy',
    each({ event }) {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- JavaScript may throw anything
      if (event['n'] === 0) throw thrown;
    },
  });
  const run = await definePipeline([fussy]).open(hour);
  const { rejects, records } = run.batch(recordsOf(run, 2));
  expect(rejects).toMatchObject([{ index: 0, code: 'transform_failed', detail }]);
  expect(records).toHaveLength(1);
});
