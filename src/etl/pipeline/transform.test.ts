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
  const seen: unknown[] = [];
  const definition = {
    name: 'keep' as const,
    open(context: unknown) {
      seen.push(context, this);
      return { batch: () => undefined };
    },
  };
  await definePipeline([transform(definition)]).open(hour);
  expect(seen[0]).toBe(hour);
  expect(seen[1]).toBe(definition);
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

test('`open` may return `each`, with the state that it made, and `when` holds for it as well', async () => {
  const closed: string[] = [];
  const number = transform({
    name: 'number',
    adds: { place: column.integer() },
    when: ({ event }) => event['n'] !== 1,
    async open() {
      let place = 0;
      await Promise.resolve();
      return {
        each({ event, row }) {
          if (event['n'] === 2) throw new Error('not this one');
          row.place = place += 1;
        },
        close: () => void closed.push('number'),
      };
    },
  });
  const run = await definePipeline([number]).open(hour);
  const { records, rejects } = run.batch(recordsOf(run, 5));
  expect(records.map(({ row }) => row['place'])).toEqual([1, null, 2, 3]);
  expect(rejects).toMatchObject([{ index: 2, code: 'transform_failed' }]);
  await run.close();
  expect(closed).toEqual(['number']);
});
