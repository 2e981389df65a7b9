import { expect, it } from 'vitest';
import { ClickstreamError } from '../errors.ts';
import { readEraseRequest, readRawHours, type EraseFlags } from './erase-flags.ts';

it('takes users and clients, each once', () => {
  expect(readEraseRequest({ user: ['a', 'b', 'a'], client: ['a'] })).toEqual({
    users: ['a', 'b'],
    clients: ['a'],
    withClients: false,
  });
  expect(readEraseRequest({ user: ['a'], withClients: true })).toMatchObject({ clients: [], withClients: true });
});

it.each<[EraseFlags, string]>([
  [{}, 'Say whom to erase'],
  [{ user: [], client: [] }, 'Say whom to erase'],
  [{ client: ['a'], withClients: true }, '--with-clients means the clients of users'],
  [{ user: [''] }, '--user is empty'],
  [{ client: ['secret'.repeat(100)] }, '--client is longer than ids are: 512 bytes'],
  [{ user: ['secret\0'] }, '--user holds the character U+0000'],
])('refuses %j with a sentence that holds no id', (flags, message) => {
  let refused: unknown;
  try {
    readEraseRequest(flags);
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(ClickstreamError);
  expect(refused).toMatchObject({ code: 'invalid_flag', stage: 'config' });
  expect((refused as Error).message).toContain(message);
  expect((refused as Error).message).not.toContain('secret');
});

it('takes hours only with --raw, and all there are without', () => {
  const now_ms = Date.parse('2025-12-06T05:30:00Z');
  expect(readRawHours({ raw: true }, now_ms)).toBeUndefined();
  const hours = readRawHours({ raw: true, from: '2025-12-06T03' }, now_ms);
  expect(hours?.map(({ prefix }) => prefix)).toEqual(['events/2025/12/06/03/', 'events/2025/12/06/04/']);
  expect(() => readRawHours({ raw: true, to: '2025-12-06T03' }, now_ms)).toThrow('give --from with it');
  for (const flag of ['from', 'to', 'pipeline'])
    expect(() => readRawHours({ [flag]: '2025-12-06T03' }, now_ms)).toThrow(`--${flag} is about raw objects`);
});
