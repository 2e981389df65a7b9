import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { column, required } from './column.ts';
import type { EventRecord } from './event-record.ts';
import { definePipeline, type PipelineRun } from './pipeline.ts';
import { recordsOf } from './testing/records.ts';
import { transform, type OpenContext, type Transform } from './transform.ts';
import { RULE } from './testing/rule.ts';

const opened = (transforms: readonly Transform[], context: Partial<OpenContext> = {}): Promise<PipelineRun> =>
  definePipeline(transforms).open({ ...RULE, ...context });
const numbers = (records: readonly EventRecord<unknown>[]): unknown[] => records.map(({ event }) => event['n']);
const idOf = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
const name = transform({
  name: 'name',
  adds: { event_id: required(column.uuid()), part: column.text() },
  each: ({ row, event }) => void (row.event_id = idOf(event['n'] as number)),
});
const isOdd = ({ event }: EventRecord<unknown>): boolean => Number(event['n']) % 2 === 1;

describe('a transform that wants to see some records', () => {
  test('sees those, and the others pass by', async () => {
    const seen: unknown[] = [];
    const odd = transform({ name: 'odd', when: isOdd, each: ({ event }) => void seen.push(event['n']) });
    const run = await opened([odd]);
    expect(numbers(run.batch(recordsOf(run, 5)).records)).toEqual([0, 1, 2, 3, 4]);
    expect(seen).toEqual([1, 3]);
  });

  test('may take their batch, return it, and keep state; what it rejects is gone, and the others stay', async () => {
    const seen: unknown[] = [];
    const delivered: unknown[] = [];
    const odd = transform({
      name: 'odd',
      when: isOdd,
      open: () => ({
        batch: (records, context) => {
          seen.push(...numbers(records));
          context.drop(records[0]!, 'first');
          return records;
        },
        delivered: (records) => void delivered.push(...numbers(records)),
      }),
    });
    const run = await opened([odd]);
    const { records, dropped } = run.batch(recordsOf(run, 4));
    run.delivered(records);
    expect(numbers(records).sort()).toEqual([0, 2, 3]);
    expect([seen, delivered, Object.fromEntries(dropped)]).toEqual([[1, 3], [3], { first: 1 }]);
  });

  test('is not called for none, and a condition that throws rejects its record', async () => {
    const never = transform({ name: 'never', when: () => false, batch: () => expect.unreachable() });
    const thrower = transform({
      name: 'thrower',
      when: (record) => {
        if (record.event['n'] === 1) throw new Error('odd');
        return false;
      },
      each: () => expect.unreachable(),
    });
    const run = await opened([never, thrower]);
    const { records, rejects } = run.batch(recordsOf(run, 3));
    expect(numbers(records)).toEqual([0, 2]);
    expect(rejects).toMatchObject([{ index: 1, code: 'transform_failed' }]);
  });
});

describe('an event that is split', () => {
  const split = transform({
    name: 'split',
    needs: { event_id: required(column.uuid()), part: column.text() },
    each(record, context) {
      for (const part of ['a', 'b']) context.split(record, part).row.part = part;
    },
  });

  test('becomes events with ids of their own, the same at every run, and goes on itself', async () => {
    const ids = async (): Promise<unknown[]> => {
      const run = await opened([name, split]);
      const { records, split: made, transforms } = run.batch(recordsOf(run, 2));
      expect(made).toBe(4);
      expect(transforms.map((counts) => counts.split)).toEqual([0, 4]);
      expect(records.map(({ row }) => row['part'])).toEqual([null, null, 'a', 'b', 'a', 'b']);
      return records.map(({ row }) => row['event_id']);
    };
    const first = await ids();
    expect(new Set(first).size).toBe(6);
    expect(first.slice(0, 2)).toEqual([idOf(0), idOf(1)]);
    expect(await ids()).toEqual(first);
  });

  test('has parts that the transforms that follow see, reject and split on', async () => {
    const refuse = transform({
      name: 'refuse',
      needs: { part: column.text() },
      each(record, context) {
        if (record.row.part === 'b') context.reject(record, 'unwanted', 'It is b.');
      },
    });
    const again = transform({
      name: 'again',
      needs: { part: column.text() },
      each(record, context) {
        if (record.row.part === 'a') context.split(record, 1);
      },
    });
    const run = await opened([name, split, refuse, again]);
    const { records, rejects, split: made } = run.batch(recordsOf(run, 1));
    expect(records.map(({ row }) => row['part'])).toEqual([null, 'a', 'a']);
    expect(new Set(records.map(({ row }) => row['event_id'])).size).toBe(3);
    expect([rejects.length, made]).toEqual([1, 3]);
  });

  test('may be dropped in favour of its parts, and parts of a duplicate are decided about by the key', async () => {
    const replace = transform({
      name: 'replace',
      each(record, context) {
        context.split(record, 0);
        context.drop(record, record.event['n'] === 0 ? 'replaced' : 'duplicate');
      },
    });
    const run = await opened([name, replace]);
    const { records, duplicates, dropped } = run.batch(recordsOf(run, 2));
    expect([records.length, duplicates.length, dropped.get('replaced')]).toEqual([2, 1, 1]);
  });

  test('needs an id to begin with', async () => {
    const early = transform({ name: 'early', batch: (records, context) => void context.split(records[0]!, 1) });
    const run = await opened([early]);
    expect(() => run.batch(recordsOf(run, 1))).toThrow('it must come after parse');
  });
});

describe('a transform that looks something up elsewhere', () => {
  const lookUp = (
    prefetch: (n: readonly unknown[], signal: AbortSignal) => Promise<void>,
    prefetchTimeout_ms?: number,
  ) =>
    transform({
      name: 'lookUp',
      when: isOdd,
      open: () => ({
        ...(prefetchTimeout_ms === undefined ? {} : { prefetchTimeout_ms }),
        prefetch: (records, signal) => prefetch(numbers(records), signal),
        batch: (_records, context) => {
          context.count('looked');
          return undefined;
        },
      }),
    });

  test('asks once for a batch, before it is its turn, for the records that it wants', async () => {
    const asked: unknown[] = [];
    const first = transform({ name: 'first', batch: () => void asked.push('first') });
    const slow = lookUp(async (n) => {
      await sleep(1);
      asked.push(n);
    });
    const run = await opened([first, slow]);
    const { metrics } = await run.process(recordsOf(run, 4));
    expect(asked).toEqual(['first', [1, 3]]);
    expect(metrics.get('lookUp.looked')).toBe(1);
    expect(() => run.batch(recordsOf(run, 2))).toThrow('prefetches, which takes a wait');
  });

  test('is given up when it takes too long, and named', async () => {
    let aborted = false;
    const hangs = lookUp(
      (_, signal) => new Promise(() => signal.addEventListener('abort', () => (aborted = true))),
      10,
    );
    const run = await opened([hangs]);
    await expect(run.process(recordsOf(run, 2))).rejects.toMatchObject({
      code: 'transform_timeout',
      stage: 'transform',
      message: expect.stringMatching(
        /^The transform "lookUp" waited 10 ms .* give it a longer prefetchTimeout_ms\.$/,
      ) as string,
    });
    expect(aborted).toBe(true);
  });

  test('is not disturbed any more once it is done', async () => {
    let given: AbortSignal | undefined;
    const quick = lookUp((_, signal) => {
      given = signal;
      return Promise.resolve();
    }, 10);
    const run = await opened([quick]);
    await run.process(recordsOf(run, 2));
    await sleep(30);
    expect(given?.aborted).toBe(false);
  });

  test('is named when it throws, without its message', async () => {
    const run = await opened([lookUp(() => Promise.reject(new TypeError('a secret')))]);
    const failing = run.process(recordsOf(run, 2));
    await expect(failing).rejects.toMatchObject({ code: 'transform_failed' });
    await expect(failing).rejects.not.toThrow('secret');
  });

  test('does not do it in batch, where nobody would wait', async () => {
    const wrong = transform({ name: 'wrong', batch: (() => Promise.resolve()) as never });
    const run = await opened([wrong]);
    expect(() => run.batch(recordsOf(run, 1))).toThrow('belongs in prefetch');
  });
});

test('what each transform did is told, in their order', async () => {
  const sort = transform({
    name: 'sort',
    each(record, context) {
      if (record.event['n'] === 0) context.reject(record, 'unwanted', '');
      if (record.event['n'] === 1) context.drop(record, 'boring');
      if (record.event['n'] === 2) context.drop(record, 'duplicate');
    },
  });
  const rest = transform({ name: 'rest', each: () => undefined });
  const run = await opened([sort, rest]);
  const { transforms } = run.batch(recordsOf(run, 5));
  expect(transforms).toMatchObject([
    { name: 'sort', records: 5, rejected: 1, dropped: 2, split: 0 },
    { name: 'rest', records: 3, rejected: 0, dropped: 0, split: 0 },
  ]);
  for (const { ms } of transforms) expect(ms).toBeGreaterThanOrEqual(0);
});

test('a duplicate is one once, and may still be left out for another reason', async () => {
  const twice = () => transform({ name: 'twice', each: (record, context) => context.drop(record, 'duplicate') });
  const boring = transform({
    name: 'boring',
    each: (record, context) => (record.event['n'] === 0 ? context.drop(record, 'boring') : undefined),
  });
  const run = await opened([twice(), twice(), boring]);
  const { transforms, dropped, duplicates } = run.batch(recordsOf(run, 2));
  expect(transforms.map((counts) => counts.dropped)).toEqual([2, 0, 1]);
  expect([Object.fromEntries(dropped), numbers(duplicates)]).toEqual([{ boring: 1 }, [1]]);
});

test('what a transform says is told with its name', async () => {
  const said: unknown[] = [];
  const tell = transform({
    name: 'tell',
    batch: (records, { log, count }) => {
      log.debug('so');
      log.info('much');
      log.warn(`${records.length} records`);
      count('told', 2);
      return undefined;
    },
  });
  const run = await opened([tell], { log: (...line) => said.push(line) });
  expect(run.batch(recordsOf(run, 2)).metrics.get('tell.told')).toBe(2);
  expect(said).toEqual([
    ['tell', 'debug', 'so'],
    ['tell', 'info', 'much'],
    ['tell', 'warn', '2 records'],
  ]);
  const silent = await opened([tell]);
  expect(silent.batch(recordsOf(silent, 2)).records).toHaveLength(2);
});

test('a transform may be written where it stands in the list, and has the columns that it declares', () => {
  const { columns } = definePipeline([
    transform({ name: 'a', adds: { price: column.numeric() }, each: ({ row }) => void (row.price = 1) }),
    transform({ name: 'b', needs: { price: column.numeric() }, each: ({ row }) => void (row.price = '2') }),
    transform({ name: 'c', each: () => undefined }),
  ]);
  expect(columns.price.type).toBe('numeric');
});
