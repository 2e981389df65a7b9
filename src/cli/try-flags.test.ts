import { expect, it } from 'vitest';
import { readPayload } from '../config/payload.ts';
import { defaultPipeline } from '../etl/default-pipeline.ts';
import { readOnly, readTryFlags, type TryFlags } from './try-flags.ts';

const CLOCK_MS = Date.parse('2025-12-07T10:20:00Z');

it('takes samples, a file, or a part of the bucket', () => {
  expect(readTryFlags({}, CLOCK_MS)).toEqual({ source: { kind: 'samples' }, limit: 20 });
  expect(readTryFlags({ events: 'a.ndjson', limit: '3', watch: true }, CLOCK_MS)).toEqual({
    source: { kind: 'file', path: 'a.ndjson' },
    limit: 3,
  });
  const prefix = 'events/2025/12/06/05/';
  const request = readPayload({ overridePrefix: prefix }, CLOCK_MS);
  expect(readTryFlags({ prefix }, CLOCK_MS).source).toEqual({ kind: 'bucket', request });
  const hour = readPayload({ targetUtcHour: '2025-12-06T05' }, CLOCK_MS);
  expect(readTryFlags({ hour: '2025-12-06T05' }, CLOCK_MS).source).toEqual({ kind: 'bucket', request: hour });
});

it.each<[TryFlags, string]>([
  [{ events: '' }, '--events is empty'],
  [{ events: 'a', hour: '2025-12-06T05' }, 'Give one of --events, --prefix and --hour'],
  [{ prefix: 'raw/' }, '--prefix is "raw/"'],
  [{ limit: '0' }, '--limit is "0": give a whole number from 1 to 10000'],
  [{ watch: true, json: true }, '--json is one document'],
])('refuses %j with a sentence', (flags, message) => {
  expect(() => readTryFlags(flags, CLOCK_MS)).toThrow(expect.objectContaining({ code: 'invalid_flag' }));
  expect(() => readTryFlags(flags, CLOCK_MS)).toThrow(message);
});

it('shows all transforms or the one that is named, and knows what was meant', () => {
  expect([...readOnly(undefined, defaultPipeline)]).toEqual(defaultPipeline.transforms.map(({ name }) => name));
  expect([...readOnly('flatten', defaultPipeline)]).toEqual(['flatten']);
  expect(() => readOnly('flaten', defaultPipeline)).toThrow(
    '--only is "flaten", which the pipeline has not: it has parse, dedupe, sessionize, flatten, attribute, detectBots. Is it "flatten"?',
  );
});
