import { expect, test } from 'vitest';
import { column } from '../pipeline/column.ts';
import { definePipeline } from '../pipeline/pipeline.ts';
import { filter, type FilterOptions } from './filter.ts';
import { flatten } from './flatten.ts';
import { parse } from './parse.ts';
import { sessionize } from './sessionize.ts';
import { received, runTransforms } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

const events = ['a', 'b', 'heartbeat', null, 'toString'].map((eventName) =>
  received({ eventName, pageUrl: `/${eventName}` }),
);

test.each<[FilterOptions, string[], Record<string, number>]>([
  [{ only: ['a', 'b'] }, ['a', 'b'], { filtered: 3 }],
  [{ only: [] }, [], { filtered: 5 }],
  [{ except: ['heartbeat', 'unknown'], reason: 'noise' }, ['a', 'b', 'toString'], { noise: 2 }],
  [{ except: [] }, ['a', 'b', 'heartbeat', 'unknown', 'toString'], {}],
  [{ keep: ({ event }) => event['eventName'] !== 'b' }, ['a', 'heartbeat', 'unknown', 'toString'], { filtered: 1 }],
])('%j keeps %j and counts the others', async (options, kept, counted) => {
  const { rows, dropped } = await runTransforms([parse, sessionize, flatten, filter(options)], events);
  expect(rows.map(({ event_name }) => event_name)).toEqual(kept);
  expect(dropped).toEqual(counted);
});

test('a function reads the columns that it declares, and its throw rejects the record', async () => {
  const careful = filter({
    needs: { page_url: column.text() },
    keep: ({ row }) => {
      if (row.event_name === 'b') throw new Error('no b');
      return row.page_url !== '/a';
    },
  });
  const { rows, dropped, rejects } = await runTransforms([parse, sessionize, flatten, careful], events);
  expect(rows.map(({ event_name }) => event_name)).toEqual(['heartbeat', 'unknown', 'toString']);
  expect(dropped).toEqual({ filtered: 1 });
  expect(rejects).toEqual(['transform_failed 1']);
});

test('a function that answers neither true nor false fails the run, since nobody can say what it meant', async () => {
  const keep = (() => Promise.resolve(false)) as unknown as () => boolean;
  await expect(runTransforms([parse, sessionize, flatten, filter({ keep })], events)).rejects.toThrow(
    'filter: what its option keep returned is neither true nor false.',
  );
});

test('a column that no earlier transform adds is refused, and does not compile', () => {
  const lost = filter({ needs: { page_ulr: column.text() }, keep: ({ row }) => row.page_ulr !== null });
  // @ts-expect-error -- the misspelt column
  expect(() => definePipeline([parse, sessionize, flatten, lost])).toThrow('filter needs column "page_ulr"');
});

test.each<[unknown, string]>([
  [undefined, 'filter: nothing says what to keep: give one of only, except and keep.'],
  [{ only: [], except: [] }, 'filter: only and except are given: give one of only, except and keep.'],
  [{ keep: 'a' }, 'filter: its option keep is "a": give a function that says whether to keep a record.'],
  [{ exept: ['a'] }, 'filter: it has no option "exept" (did you mean except?).'],
  [{ only: ['a'], reason: '' }, 'filter: its option reason is empty: give a lower-case name that people group by.'],
])('the options %j are refused', (options, message) => {
  expect(() => filter(options as FilterOptions)).toThrow(message);
});

test.each<[string, FilterOptions]>([
  ['by name', { except: ['heartbeat'] }],
  ['by a function', { keep: ({ event }) => event['eventName'] !== 'heartbeat' }],
])('filter keeps the rules of transforms, %s', (_, options) =>
  testTransform(filter(options), { events: [received({ eventName: 'heartbeat' })] }),
);
