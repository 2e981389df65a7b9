import { expect, it } from 'vitest';
import { blankedRecord, isBlanked } from './blanked.ts';
import type { JsonObject } from './record.ts';

it('knows a record that was blanked from an event that calls itself one', () => {
  const parsed = (text: string): JsonObject => JSON.parse(text) as JsonObject;
  expect(isBlanked(parsed(blankedRecord()))).toBe(true);
  expect(isBlanked(parsed(blankedRecord('2025-12-06T05:00:00Z')))).toBe(true);
  for (const text of ['{}', '{"_erased":1}', '{"_ingest":{}}', '{"_erased":true,"eventName":"x"}'])
    expect(isBlanked(parsed(text))).toBe(false);
});
