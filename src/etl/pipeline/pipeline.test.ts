import { describe, expect, expectTypeOf, test } from 'vitest';
import { ClickstreamError } from '../../errors.ts';
import { column, required } from './column.ts';
import type { EventRecord } from './event-record.ts';
import type { Fitted } from './fit.ts';
import { definePipeline, type Pipeline, type PipelineRun } from './pipeline.ts';
import { decode } from './decode/testing.ts';
import type { DecodedRecord } from './record.ts';
import { ORIGIN, recordsOf } from './testing/records.ts';
import { transform, type Transform } from './transform.ts';
import { RULE } from './testing/rule.ts';

const addPrice = transform({ name: 'addPrice', adds: { price: column.numeric() }, each: () => undefined });
const addName = transform({ name: 'addName', adds: { name: column.text() }, each: () => undefined });
const useBoth = transform({
  name: 'useBoth',
  needs: { price: column.numeric(), name: column.text() },
  adds: { label: column.text() },
  each: () => undefined,
});
const hour = RULE;

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** What `definePipeline` says at run time, to whom no compiler said it. */
function misfit(define: () => unknown): string {
  const error = thrownBy(define);
  return error instanceof ClickstreamError ? `${error.code}: ${error.message}` : `no misfit: ${String(error)}`;
}

describe('transforms that do not fit together are a compile error, and one at start-up with the same words', () => {
  test('a column that no transform adds', () => {
    // @ts-expect-error misfit: 'useBoth needs column "name", which no transform adds'
    const define = () => definePipeline([addPrice, useBoth]);
    expect(misfit(define)).toBe(
      'invalid_config: useBoth needs column "name", which no transform adds: correct its name, or put the transform ' +
        'that adds it before useBoth',
    );
  });

  test('a column that only a later transform adds', () => {
    // @ts-expect-error misfit: 'useBoth needs column "name", which only a later transform adds'
    const define = () => definePipeline([addPrice, useBoth, addName]);
    expect(misfit(define)).toBe(
      'invalid_config: useBoth needs column "name", which only a later transform adds: move useBoth behind it',
    );
  });

  test('a column of another type', () => {
    const addTextPrice = transform({ name: 'addPrice', adds: { price: column.text() }, each: () => undefined });
    // @ts-expect-error misfit: 'useBoth needs column "price" as numeric, and it is text'
    const define = () => definePipeline([addTextPrice, addName, useBoth]);
    expect(misfit(define)).toBe(
      'invalid_config: useBoth needs column "price" as numeric, and it is text: declare it as text',
    );
  });

  test('a column that is added twice', () => {
    const addPriceAgain = transform({
      name: 'addPriceAgain',
      adds: { price: column.numeric() },
      each: () => undefined,
    });
    // @ts-expect-error misfit: 'addPriceAgain adds column "price", which an earlier transform adds already'
    const define = () => definePipeline([addPrice, addPriceAgain]);
    expect(misfit(define)).toBe(
      'invalid_config: addPriceAgain adds column "price", which an earlier transform adds already: give it another ' +
        'name, or leave one of the two out',
    );
  });

  test('a column that may be null and is needed never to be', () => {
    const useId = transform({ name: 'useId', needs: { name: required(column.text()) }, each: () => undefined });
    // @ts-expect-error misfit: 'useId needs column "name" never to be null, and it may be'
    const define = () => definePipeline([addName, useId]);
    expect(misfit(define)).toBe(
      'invalid_config: useId needs column "name" never to be null, and it may be: declare it without required',
    );
    const addId = transform({ name: 'addId', adds: { id: required(column.text()) }, each: () => undefined });
    const useIdOrNull = transform({ name: 'useId', needs: { id: column.text() }, each: () => undefined });
    expect(misfit(() => definePipeline([addId, useIdOrNull]))).toContain('no misfit');
  });

  test('the compiler’s message is the one in the type', () => {
    expectTypeOf<Fitted<readonly [typeof useBoth]>[0]['misfit']>().toEqualTypeOf<
      | 'useBoth needs column "name", which no transform adds: correct its name, or put the transform that adds it before useBoth'
      | 'useBoth needs column "price", which no transform adds: correct its name, or put the transform that adds it before useBoth'
    >();
  });

  test('a list whose length only the run knows is checked then', () => {
    const list: Transform[] = [addPrice, useBoth];
    expect(misfit(() => definePipeline(list))).toContain('useBoth needs column "name"');
    expectTypeOf(definePipeline<Transform[]>).returns.toEqualTypeOf<Pipeline>();
  });

  test('a name that is none for a column, which only the run can tell', () => {
    const addUpper = transform({ name: 'addUpper', adds: { Price: column.text() }, each: () => undefined });
    expect(misfit(() => definePipeline([addUpper]))).toMatch(
      /^invalid_config: addUpper adds column "Price", which is no/,
    );
  });

  test('what fits has the columns of all of them, in order, whatever they are called', () => {
    const addOdd = transform({ name: 'addOdd', adds: { constructor: column.text() }, each: () => undefined });
    const pipeline = definePipeline([addPrice, addName, useBoth, addOdd]);
    expect(Object.keys(pipeline.columns)).toEqual(['price', 'name', 'label', 'constructor']);
    expectTypeOf(pipeline.columns.label.type).toEqualTypeOf<'text'>();
    const useOdd = transform({ name: 'useOdd', needs: { constructor: column.text() }, each: () => undefined });
    // The type of every object has a constructor, so here the compiler is of no help.
    expect(misfit(() => definePipeline([useOdd] as never))).toMatch(
      /needs column "constructor", which no transform adds/,
    );
  });
});

test('a row’s columns are typed by what a transform needs and adds', () => {
  transform({
    name: 'typed',
    needs: { price: column.numeric(), id: required(column.uuid()) },
    adds: { label: column.text() },
    each({ row }) {
      expectTypeOf(row.price).toEqualTypeOf<number | string | null>();
      expectTypeOf(row.id).toEqualTypeOf<string>();
      // @ts-expect-error a text column holds no number
      row.label = 5;
      // @ts-expect-error the transform says nothing of this column
      row.other = 'x';
    },
  });
  expect.assertions(0);
});

/** Opens a pipeline of transforms that add nothing. */
const opened = (...transforms: readonly Transform[]): Promise<PipelineRun> => definePipeline(transforms).open(hour);
const numbers = (records: readonly EventRecord[]): unknown[] => records.map(({ event }) => event['n']);

describe('a batch', () => {
  test('goes through the transforms in order, without what each of them rejected or dropped', async () => {
    const seen: Record<string, unknown[]> = {};
    const look = (name: string) =>
      transform({ name, batch: (records) => void (seen[name] = numbers(records as EventRecord[])) });
    const leaveOut = transform({
      name: 'leaveOut',
      each(record, context) {
        if (record.event['n'] === 0) context.reject(record, 'zero', 'It is zero.');
        if (record.event['n'] === 1) context.drop(record, 'unwanted');
        if (record.event['n'] === 2) context.drop(record, 'duplicate');
        context.count('seen');
      },
    });
    const run = await opened(look('first'), leaveOut, look('last'));
    const out = run.batch(recordsOf(run, 4));
    expect(seen).toEqual({ first: [0, 1, 2, 3], last: [2, 3] });
    expect([numbers(out.records), numbers(out.duplicates)]).toEqual([[3], [2]]);
    expect(out.rejects).toMatchObject([{ code: 'zero', detail: 'It is zero.', index: 0 }]);
    expect(Object.fromEntries(out.dropped)).toEqual({ unwanted: 1 });
    expect(Object.fromEntries(out.metrics)).toEqual({ 'leaveOut.seen': 4 });
    expect(out.split).toBe(0);
  });

  test('begins without the records that were blanked, which count as dropped', async () => {
    const seen: unknown[] = [];
    const look = transform({ name: 'look', batch: (records) => void seen.push(...numbers(records as EventRecord[])) });
    const run = await opened(look);
    const lines = [
      '{"_erased":true}',
      '{"n":1}',
      '{"_erased":true,"_ingest":{"receivedAt":1}}',
      '{"n":2,"_erased":true}',
    ];
    const out = run.batch(decode(lines.join('\n')).map((piece) => run.record(piece as DecodedRecord, ORIGIN)));
    expect([seen, numbers(out.records)]).toEqual([[1, 2], [1, 2]]); // prettier-ignore
    expect([out.rejects, Object.fromEntries(out.dropped)]).toEqual([[], { erased: 2 }]);
    expect(out.transforms).toMatchObject([{ name: 'look', records: 2, dropped: 0 }]);
  });

  test('has each record’s fate decided once, however often it is rejected and dropped', async () => {
    const thrice = transform({
      name: 'thrice',
      each(record, context) {
        context.drop(record, 'a');
        context.reject(record, 'b', '');
        context.drop(record, 'c');
      },
    });
    const run = await opened(thrice);
    const out = run.batch(recordsOf(run, 1));
    expect([out.rejects, Object.fromEntries(out.dropped), out.records]).toEqual([[], { a: 1 }, []]);
  });

  test('may be passed on in another order', async () => {
    const turn = transform({ name: 'turn', batch: (records) => [...records].reverse() });
    const run = await opened(turn);
    expect(numbers(run.batch(recordsOf(run, 3)).records)).toEqual([2, 1, 0]);
  });

  test('that a transform makes larger counts what was split off', async () => {
    const double = transform({
      name: 'double',
      batch: (records, context) => {
        if (records[0]) context.drop(records[0], 'unwanted');
        return records.flatMap((record) => [record, { ...record, row: { ...record.row }, fate: 'live' as const }]);
      },
    });
    const run = await opened(double);
    const { records, split, dropped } = run.batch(recordsOf(run, 3));
    // The ledger: 3 read and 3 split off are 5 passed on and 1 dropped.
    expect([records.length, split, dropped.get('unwanted')]).toEqual([5, 3, 1]);
  });

  test.each<[string, (records: readonly EventRecord[]) => readonly EventRecord[], string]>([
    ['loses a record', (records) => records.slice(1), 'left out a record without rejecting or dropping it.'],
    ['passes a record on twice', (records) => [...records, records[0]!], 'passed the same record on twice;'],
    [
      'throws',
      (records) => {
        throw new RangeError(`no price for ${JSON.stringify(records[0]!.event)}`);
      },
      'failed in batch: RangeError at',
    ],
  ])(
    'whose transform %s fails the run, with the transform’s name and nothing of the events',
    async (_, batch, what) => {
      const run = await opened(addPrice, transform({ name: 'spoil', batch }));
      const error = thrownBy(() => run.batch(recordsOf(run, 2)));
      expect(error).toMatchObject({ code: 'transform_failed', stage: 'transform' });
      expect((error as Error).message).toContain(`The transform "spoil" ${what}`);
      expect((error as Error).message).not.toContain('"n"');
    },
  );

  test('of which one record makes `each` throw rejects that record and no other', async () => {
    const fussy = transform({
      name: 'fussy',
      each({ event }) {
        if (event['n'] === 1) throw new TypeError('not this one');
      },
    });
    const run = await opened(fussy);
    const out = run.batch(recordsOf(run, 3));
    expect(numbers(out.records)).toEqual([0, 2]);
    expect(out.rejects).toMatchObject([{ code: 'transform_failed', detail: 'not this one', index: 1 }]);
  });
});

test('every record starts with a row of its own, null in every column', async () => {
  const run = await definePipeline([addPrice, addName, useBoth]).open(hour);
  const [a, b] = recordsOf(run, 2);
  expect(a!.row).toEqual({ price: null, name: null, label: null });
  a!.row['price'] = 1;
  expect(b!.row['price']).toBeNull();
});

describe('opening and closing', () => {
  const closable = (name: string, closed: string[], failure?: string) =>
    transform({
      name,
      open: () => ({
        batch: () => undefined,
        delivered: () => {
          if (failure === 'delivered') throw new Error('full');
        },
        close: () => {
          closed.push(name);
          if (failure === 'close') throw new Error('stuck');
        },
      }),
    });
  const failing = (name: string, where: string) => ({
    code: 'transform_failed',
    message: expect.stringContaining(`The transform "${name}" failed in ${where}: Error at`) as string,
  });

  test('a transform that cannot open is named, and those before it are closed', async () => {
    const closed: string[] = [];
    const shut = transform({
      name: 'shut',
      open: () => {
        throw new Error('no table');
      },
    });
    await expect(opened(closable('a', closed), shut)).rejects.toMatchObject(failing('shut', 'open'));
    expect(closed).toEqual(['a']);
  });

  test('all are closed, and the first that fails to is named', async () => {
    const closed: string[] = [];
    const run = await opened(closable('a', closed), closable('b', closed, 'close'), closable('c', closed, 'close'));
    await expect(run.close()).rejects.toMatchObject(failing('b', 'close'));
    expect(closed).toEqual(['a', 'b', 'c']);
  });

  test('one that cannot take in what was delivered is named', async () => {
    const run = await opened(closable('a', [], 'delivered'));
    expect(thrownBy(() => run.delivered([]))).toMatchObject(failing('a', 'delivered'));
  });

  test('each hour has transforms of its own', async () => {
    const counter = transform({
      name: 'counter',
      open: () => {
        let seen = 0;
        return {
          batch: (records, context) => {
            seen += records.length;
            if (seen > 2) context.count('too_many');
            return undefined;
          },
        };
      },
    });
    const pipeline = definePipeline([counter]);
    for (let turn = 0; turn < 3; turn += 1) {
      const run = await pipeline.open(hour);
      expect(run.batch(recordsOf(run, 2)).metrics.size).toBe(0);
    }
  });
});

describe('an error of a transform', () => {
  const thrownIn = async (thrown: unknown): Promise<unknown> => {
    const spoil = transform({
      name: 'spoil',
      batch: () => {
        throw thrown;
      },
    });
    const run = await opened(spoil);
    return thrownBy(() => run.batch(recordsOf(run, 1)));
  };

  test('says what kind it was and where, keeps it as the cause, and tells nothing of its message', async () => {
    const cause = new RangeError('the customer’s name');
    cause.stack = 'RangeError: the customer’s name\n    at look (file.ts:1:2)\n    at other (file.ts:3:4)';
    expect(await thrownIn(cause)).toMatchObject({
      code: 'transform_failed',
      stage: 'transform',
      message: 'The transform "spoil" failed in batch: RangeError at look (file.ts:1:2)',
      cause,
    });
  });

  test('may have no place, or be no error at all', async () => {
    const cause = new TypeError('x');
    delete cause.stack;
    expect(await thrownIn(cause)).toMatchObject({ message: 'The transform "spoil" failed in batch: TypeError', cause });
    expect(await thrownIn('a text')).toMatchObject({ message: 'The transform "spoil" failed in batch: string' });
  });

  test('that cannot open is thrown even if one before it cannot close', async () => {
    const stuck = transform({
      name: 'stuck',
      open: () => ({ batch: () => undefined, close: () => Promise.reject(new Error('stuck')) }),
    });
    const shut = transform({ name: 'shut', open: () => Promise.reject(new Error('shut')) });
    await expect(opened(stuck, shut)).rejects.toThrow('The transform "shut" failed in open: Error');
  });
});

test('a transform that passes on fewer, more or other records is told what it did wrong, in full', async () => {
  const message = async (batch: (records: readonly EventRecord[]) => readonly EventRecord[]) => {
    const run = await opened(transform({ name: 'spoil', batch }));
    return (thrownBy(() => run.batch(recordsOf(run, 3))) as Error).message;
  };
  expect(await message(() => [])).toBe('The transform "spoil" left out a record without rejecting or dropping it.');
  expect(await message((records) => [...records, ...records])).toBe(
    'The transform "spoil" passed the same record on twice; a copy must be a record of its own.',
  );
});

test('a record that a transform rejected and passed on all the same goes no further', async () => {
  const both = transform({
    name: 'both',
    batch: (records, context) => {
      context.reject(records[0]!, 'unwanted', '');
      context.drop(records[1]!, 'unwanted');
      return records;
    },
  });
  const run = await opened(both);
  const all = recordsOf(run, 3);
  const { records, split, rejects } = run.batch(all);
  expect(all.map(({ fate }) => fate)).toEqual(['rejected', 'dropped', 'live']);
  expect([numbers(records), split, rejects.length]).toEqual([[2], 0, 1]);
});

test('a duplicate is seen by the transforms that follow, and is left out at the end', async () => {
  const seen: unknown[] = [];
  const first = transform({ name: 'first', each: (record, context) => context.drop(record, 'duplicate') });
  const look = transform({ name: 'look', batch: (records) => void seen.push(...numbers(records as EventRecord[])) });
  const run = await opened(first, look);
  const { records, duplicates, dropped, split } = run.batch(recordsOf(run, 2));
  expect([seen, numbers(records), numbers(duplicates), dropped.size, split]).toEqual([[0, 1], [], [0, 1], 0, 0]);
});

test('what transforms count is kept apart by their names', async () => {
  const count = (name: string) =>
    transform({
      name,
      batch: (_, context) => {
        context.count('seen');
        return undefined;
      },
    });
  const run = await opened(count('a'), count('b'), count('a'));
  expect(Object.fromEntries(run.batch([]).metrics)).toEqual({ 'a.seen': 2, 'b.seen': 1 });
});

test('a name that is none for a column is an error that says what would be one', () => {
  const addUpper = transform({ name: 'addUpper', adds: { Price: column.text() }, each: () => undefined });
  expect(misfit(() => definePipeline([addUpper]))).toBe(
    'invalid_config: addUpper adds column "Price", which is no name for a column: use a-z, 0-9 and _, 63 bytes, no digit first',
  );
});
