import { DEFAULT_RULE } from '../config/settling-rule.ts';
import { expect, test } from 'vitest';
import { decode } from './pipeline/decode/testing.ts';
import { column } from './pipeline/column.ts';
import { definePipeline } from './pipeline/pipeline.ts';
import { transform } from './pipeline/transform.ts';
import { flatten } from './transforms/flatten.ts';
import { dedupe } from './transforms/dedupe.ts';
import { parse } from './transforms/parse.ts';
import { sessionize } from './transforms/sessionize.ts';
import { ORIGIN } from './transforms/testing.ts';
import { changedColumns, tryPipeline } from './try-pipeline.ts';

const sort = transform({
  name: 'sort',
  needs: { event_name: column.text(), page_url: column.text() },
  adds: { note: column.text() },
  each(record, context) {
    const { row } = record;
    if (row.event_name === 'bad') context.reject(record, 'unwanted', 'It is bad.');
    if (row.event_name === 'dull') context.drop(record, 'boring');
    if (row.event_name === 'order') context.split(record, 'item').row.note = 'item';
    row.page_url &&= row.page_url.toUpperCase();
    context.count('sorted');
    context.log.info('sorted');
  },
});
const pipeline = definePipeline([parse, dedupe, sessionize, flatten, sort]);

const tryText = (text: string): ReturnType<typeof tryPipeline> =>
  tryPipeline(
    pipeline,
    decode(text).map((piece) => ({ piece, origin: ORIGIN })),
    DEFAULT_RULE,
  );

test('each event has its way through the transforms, and its end', async () => {
  const names = ['view', 'bad', 'dull', 'order', 'nul\\u0000'];
  const lines = names.map((name) => `{"eventName":"${name}","pageUrl":"/a"}`);
  const { events, metrics, log } = await tryText([...lines, '{"eventName":'].join('\n'));
  expect(events.map(({ end, row, madeBy }) => [end?.by, end?.verdict, row?.['note'], madeBy])).toEqual([
    [undefined, undefined, null, undefined],
    ['sort', { kind: 'rejected', code: 'unwanted', detail: 'It is bad.' }, undefined, undefined],
    ['sort', { kind: 'dropped', reason: 'boring' }, undefined, undefined],
    [undefined, undefined, null, undefined],
    [undefined, undefined, 'item', 'sort'],
    ['write', expect.objectContaining({ code: 'nul_character' }), undefined, undefined],
    ['read', expect.objectContaining({ code: 'syntax_error' }), undefined, undefined],
  ]);
  expect(events[3]?.steps.at(-1)).toMatchObject({ transform: 'sort', parts: 1 });
  const [view] = events;
  expect(view?.steps.map((step) => [step.transform, changedColumns(step, pipeline.columns).length])).toEqual([
    ['parse', 4],
    ['dedupe', 0],
    ['sessionize', 1],
    ['flatten', 3],
    ['sort', 1],
  ]);
  const [before, after] = [view?.steps.at(-1)?.before['page_url'], view?.steps.at(-1)?.after['page_url']];
  expect([before, after]).toEqual(['/a', '/A']);
  expect(metrics['sort.sorted']).toBe(5);
  expect(log).toHaveLength(5);
});

test('a record that was blanked ends before the first transform', async () => {
  const { events } = await tryText('{"_erased":true}\n{"eventName":"view"}');
  expect(events[0]).toMatchObject({ steps: [], end: { by: 'read', verdict: { kind: 'dropped', reason: 'erased' } } });
  expect(events[1]).toHaveProperty('row');
});

test('without an event there is nothing to show', async () => {
  expect((await tryText('')).events).toEqual([]);
});
