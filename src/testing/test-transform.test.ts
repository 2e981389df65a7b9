import { describe, expect, test, vi } from 'vitest';
import { column } from '../etl/pipeline/column.ts';
import { transform } from '../etl/pipeline/transform.ts';
import { BrokenRule } from './broken-rule.ts';
import { RULES, type OptionalRule, type Rule } from './rules.ts';
import { testTransform, type TestTransformOptions } from './test-transform.ts';

const note = { note: column.text('What was noted') };

async function brokenRule(
  it: Parameters<typeof testTransform>[0],
  options?: TestTransformOptions,
): Promise<BrokenRule> {
  try {
    await testTransform(it, options);
  } catch (error) {
    if (error instanceof BrokenRule) return error;
    throw error;
  }
  throw new Error(`${it.name} keeps all rules.`);
}

let runs = 0;
/** For each rule a transform that breaks it and is right otherwise, and what is said about it. */
const BREAKS: Readonly<Record<Rule, { readonly it: Parameters<typeof testTransform>[0]; readonly says: RegExp }>> = {
  run: {
    it: transform({
      name: 'fail',
      adds: note,
      batch: (records) => {
        for (const { event, row } of records) row.note = String((event['eventName'] as string).length);
        return undefined;
      },
    }),
    says: /The transform "fail" failed in batch: TypeError.*1\. \{\}/s,
  },
  ledger: {
    it: transform({
      name: 'lose',
      adds: note,
      batch: (records) => records.filter(({ event, row }) => ((row.note = 'seen'), event['eventName'] !== 'login')),
    }),
    says: /left out a record without rejecting or dropping it.*1\. \{"eventName":"login"\}/s,
  },
  input: {
    it: transform({
      name: 'hide',
      adds: note,
      each: ({ event, row }) => {
        row.note = 'hidden';
        if ('pageUrl' in event) (event as Record<string, unknown>)['pageUrl'] = null;
      },
    }),
    says: /It changed event\.pageUrl\..*1\. \{"pageUrl":/s,
  },
  columns: {
    it: transform({
      name: 'smuggle',
      adds: note,
      each: ({ row }) => {
        row.note = 'x';
        (row as Record<string, unknown>)['currency'] = 'EUR';
      },
    }),
    says: /It wrote "EUR" into the column currency, which it does not declare/,
  },
  types: {
    it: transform({
      name: 'mistype',
      adds: { price: column.integer() },
      each: ({ row }) => void (row.price = 1.5),
    }),
    says: /It wrote 1\.5: the column price is a integer and cannot hold this number/,
  },
  needs: {
    it: transform({
      name: 'peek',
      adds: note,
      each: ({ row }) => void (row.note = (row as { currency?: string | null }).currency ? 'paid' : null),
    }),
    says: /It reads the column currency, which it does not declare\. .*row\.note is "paid" with all columns and null without/,
  },
  hostile: {
    it: transform({
      name: 'trust',
      adds: note,
      each: ({ event, row }) => void (row.note = (event['pageUrl'] as string | undefined)?.toUpperCase() ?? null),
    }),
    says: /It threw: .*toUpperCase is not a function.*1\. \{"pageUrl":[^"]/s,
  },
  deterministic: {
    it: transform({
      name: 'age',
      adds: { age: column.integer() },
      each: ({ row }) => void (row.age = new Date().getFullYear() - 2000),
    }),
    says: /Of record 1: row\.age is \d+ in one run and \d+ in another/,
  },
  batching: {
    it: transform({
      name: 'crowd',
      adds: { others: column.integer() },
      batch: (records) => {
        for (const { row } of records) row.others = records.length - 1;
        return undefined;
      },
    }),
    says: /row\.others is 1 in one batch of 2 and 0 in batches of 1.*1\. \{\}\n {2}2\. \{\}/s,
  },
  order: {
    // Alike in batches of one, where the first is always the last.
    it: transform({
      name: 'number',
      adds: { place: column.integer() },
      open: () => {
        let place = 0;
        return {
          batch: (records) => {
            for (const { row } of records) row.place = place++;
            return undefined;
          },
        };
      },
    }),
    says: /row\.place is 0 in one order and 1 in another/,
  },
  close: {
    it: transform({
      name: 'tick',
      adds: note,
      open: () => {
        setInterval(() => (runs += 1), 60_000);
        return { batch: (records) => records.map((record) => ((record.row.note = 'x'), record)) };
      },
    }),
    says: /After a run without a batch there is still a Timeout/,
  },
  effect: {
    it: transform({
      name: 'sleep',
      adds: note,
      when: ({ event }) => event['eventName'] === 'nobody sends this',
      each: ({ row }) => void (row.note = 'x'),
    }),
    says: /It did nothing with any of \d+ records\.\n\nWhat to do: give events/,
  },
};

describe.each(Object.keys(RULES) as Rule[])('a transform that breaks the rule "%s"', (rule) => {
  const { it, says } = BREAKS[rule];

  test('is told so, with the smallest records that show it and what to do', async () => {
    const error = await brokenRule(it);
    expect(error).toMatchObject({ code: 'transform_breaks_rule', name: 'AssertionError', rule, transform: it.name });
    expect(error.message).toMatch(says);
    expect(error.message).toContain(`${it.name} breaks the rule "${rule}": ${RULES[rule].says}.`);
    expect(error.message).toContain(RULES[rule].advice);
    expect(error.records.length).toBeLessThanOrEqual(2);
  });

  test.skipIf(['run', 'ledger', 'columns'].includes(rule))('and breaks no other', () =>
    testTransform(it, { except: { [rule as OptionalRule]: 'It is broken on purpose.' } }),
  );
});

test('a needed column may be null in a shop’s ordinary records', async () => {
  const measure = transform({
    name: 'measure',
    needs: { referrer: column.text() },
    adds: { length: column.integer() },
    each: ({ row }) => void (row.length = row.referrer!.length),
  });
  const error = await brokenRule(measure);
  expect(error).toMatchObject({ rule: 'needs', records: [{ event: {}, given: { referrer: null } }] });
  expect(error.message).toMatch(/It threw: Cannot read properties of null.*1\. \{\}\n {5}with referrer = null/s);
});

test('values of columns are shared, too, and may be frozen', async () => {
  const scrub = transform({
    name: 'scrub',
    needs: { properties: column.jsonb() },
    each: ({ row: { properties } }) => {
      if (typeof properties === 'object' && properties !== null && 'language' in properties) properties.language = null;
    },
  });
  expect((await brokenRule(scrub)).message).toMatch(/It changed what is in row\.properties, in place\./);
});

test('state that is kept outside of a run shows in the next one', async () => {
  const first = new Set<unknown>();
  const greet = transform({
    name: 'greet',
    needs: { client_id: column.text() },
    adds: { is_new: column.boolean() },
    each: ({ row }) => {
      row.is_new = !first.has(row.client_id);
      first.add(row.client_id);
    },
  });
  const error = await brokenRule(greet);
  expect(error).toMatchObject({ rule: 'deterministic', records: [{ kind: 'shop' }] });
  expect(error.message).toContain('row.is_new is true in the first run and false in a later one');
});

test('events that a transform makes of one need ids of their own', async () => {
  const copy = transform({
    name: 'copy',
    adds: note,
    batch: (records) => [...records, ...records.map((record) => ({ ...record, row: { ...record.row } }))],
  });
  expect(await brokenRule(copy)).toMatchObject({ rule: 'ledger' });
  expect((await brokenRule(copy)).message).toContain('It made 2 events of one, and some have the same event_id.');
});

test('one that splits, rejects, drops, prefetches and keeps state for what it has seen is right', async () => {
  const closed = vi.fn();
  const sort = transform({
    name: 'sort',
    needs: { event_name: column.text() },
    adds: note,
    open: () => {
      const known = new Map<unknown, string>();
      return {
        prefetch: (records) => {
          for (const { row } of records) known.set(row.event_name, `known ${row.event_name}`);
          return Promise.resolve();
        },
        batch: (records, context) => {
          for (const record of records) {
            const { row } = record;
            row.note = known.get(row.event_name) ?? null;
            if (row.event_name === 'login') context.reject(record, 'private', 'A login is nobody’s business.');
            else if (row.event_name === 'search') context.drop(record, 'boring');
            else if (row.event_name === 'checkout_complete') context.split(record, 'item').row.note = 'item';
          }
          return undefined;
        },
        close: closed,
      };
    },
  });
  await testTransform(sort);
  expect(closed).toHaveBeenCalled();
});

test('it may be held to events of its own kind, and come after transforms of one’s own', async () => {
  const rate = transform({
    name: 'rate',
    needs: { event_name: column.text() },
    adds: { rate: column.numeric() },
    when: ({ row }) => row.event_name === 'rated',
    each: ({ row }) => void (row.rate = 5),
  });
  const praise = transform({
    name: 'praise',
    needs: { rate: column.numeric() },
    adds: note,
    each: ({ row }) => void (row.note = row.rate === 5 ? 'good' : null),
  });
  expect(await brokenRule(rate)).toMatchObject({ rule: 'effect' });
  const events = [{ eventName: 'rated', undefinedIsNotSent: undefined }];
  await testTransform(rate, { events });
  await testTransform(praise, { events, after: [rate] });
});

describe('what is asked for wrongly is refused in a sentence', () => {
  const right = transform({ name: 'right', adds: note, each: ({ row }) => void (row.note = 'x') });
  test.each<[object, string]>([
    [{ excpt: {} }, 'testTransform has no option "excpt"; is it "except": there are events, after, except, seed.'],
    [{ except: { batchng: 'x' } }, 'There is no rule "batchng"; is it "batching"'],
    [{ except: { ledger: 'x' } }, 'Nothing is excused from the rule "ledger": a run depends on it.'],
    [{ except: { order: ' ' } }, 'Say why it is excused from the rule "order".'],
    [{ except: { order: 'It sorts.' } }, 'right is excused from the rule "order" and keeps it'],
  ])('%j', async (options, message) => {
    await expect(testTransform(right, options)).rejects.toMatchObject({ code: 'invalid_config' });
    await expect(testTransform(right, options)).rejects.toThrow(message);
  });
});

test('a close that throws or never ends is told', async () => {
  const open = (close: () => Promise<void>) => () => ({
    batch: (records: readonly { row: { note: string | null } }[]) => {
      for (const { row } of records) row.note = 'x';
      return undefined;
    },
    close,
  });
  const fails = transform({ name: 'fails', adds: note, open: open(() => Promise.reject(new Error('no such file'))) });
  expect((await brokenRule(fails)).message).toMatch(/failed in close.*no such file/);
  const hangs = transform({ name: 'hangs', adds: note, open: open(() => new Promise(() => undefined)) });
  expect((await brokenRule(hangs)).message).toContain('It did not end within 2 s.');
});
