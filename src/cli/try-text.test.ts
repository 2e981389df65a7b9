import { stripVTControlCharacters } from 'node:util';
import picocolors from 'picocolors';
import { expect, it } from 'vitest';
import { column } from '../etl/pipeline/column.ts';
import type { TriedEvent, TriedPipeline } from '../etl/try-pipeline.ts';
import { triedText } from './try-text.ts';

const columns = {
  event_name: column.text(),
  page: column.text(),
  at: column.timestamptz(),
  properties: column.jsonb(),
};
const empty = { event_name: null, page: null, at: null, properties: null };
const first = { ...empty, event_name: 'view', page: 'the old page', at: 0, properties: { a: 1, b: 2 } };
const second = { ...first, page: 'the new page', at: null, properties: { a: 1, b: 3 } };
const common = { index: 0, key: 'a.ndjson', event: { eventName: 'view', _ingest: {} } };
const row: TriedEvent = {
  ...common,
  steps: [
    { transform: 'read', before: empty, after: first, parts: 0 },
    { transform: 'rewrite', before: first, after: second, parts: 2 },
    { transform: 'wait', before: second, after: second, parts: 0 },
  ],
  row: second,
};
const refused: TriedEvent = {
  ...common,
  event: { eventName: '\u001b[31mred' },
  index: 1,
  steps: [
    {
      transform: 'rewrite',
      before: empty,
      after: empty,
      verdict: { kind: 'rejected', code: 'bad', detail: 'It is \u001b.' },
      parts: 0,
    },
  ],
  end: { by: 'rewrite', verdict: { kind: 'rejected', code: 'bad', detail: 'It is \u001b.' } },
};
const dropped: TriedEvent = {
  ...common,
  madeBy: 'rewrite',
  steps: [{ transform: 'wait', before: empty, after: empty, verdict: { kind: 'dropped', reason: 'dull' }, parts: 0 }],
  end: { by: 'wait', verdict: { kind: 'dropped', reason: 'dull' } },
};
const tried: TriedPipeline = {
  events: [row, refused, dropped],
  metrics: { 'wait.waits': 1200 },
  log: [{ transform: 'wait', level: 'warn', message: 'slow' }],
};
const all = new Set(['read', 'rewrite', 'wait']);
const text = (only: ReadonlySet<string> = all, isColored = false): string =>
  triedText(tried, { columns, only, colors: picocolors.createColors(isColored) });

it('shows each event before and after every transform, with what became of it', () => {
  expect(text()).toBe(`view  a.ndjson record 0
  {"eventName":"view"}
  read     + event_name  "view"
           + page        "the old page"
           + at          1970-01-01T00:00:00.000Z
           + properties  {"a":1,"b":2}
  rewrite  - page        "the old page"
           +             "the new page"
           - at          1970-01-01T00:00:00.000Z
           - properties    "b": 2
           +               "b": 3
           = 2 events made of it, below
  wait     no change
  → a row

\\u{1b}[31mred  a.ndjson record 1
  {"eventName":"\\u001b[31mred"}
  rewrite  rejected (bad): It is \\u{1b}.
  → no row

view  a.ndjson record 0 (made by rewrite)
  {"eventName":"view"}
  wait  dropped: dull
  → no row

wait warn: slow
2 events and 1 made of them: 1 row, 1 rejected by rewrite (bad), 1 dropped by wait (dull).
counted wait.waits: 1,200
Nothing was written.`);
});

it('colours what differs, and says the same without', () => {
  const colored = text(all, true);
  expect(colored).toContain('the \u001b[1m\u001b[31mold\u001b[39m\u001b[22m page');
  expect(colored).toContain('the \u001b[1m\u001b[32mnew\u001b[39m\u001b[22m page');
  expect(stripVTControlCharacters(colored)).toBe(text());
});

it('leaves out events that a named transform did nothing to, but counts them, and says who ended others', () => {
  const only = text(new Set(['read']));
  expect(only).toContain('2 events to which read did nothing.');
  expect(only).not.toContain('rewrite  -');
  expect(text(new Set(['wait']))).not.toContain('slow event');
  const undecoded = { index: 3, key: 'a', steps: [], end: { by: 'read', verdict: dropped.end!.verdict } };
  const lines = triedText(
    { events: [undecoded], metrics: {}, log: [] },
    { columns, only: all, colors: picocolors.createColors(false) },
  );
  expect(lines).toContain('no event  a record 3\n  → no row: dropped: dull, by read');
});
