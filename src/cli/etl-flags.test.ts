import { describe, expect, it } from 'vitest';
import { readPayload } from '../config/payload.ts';
import { payloadOf, readEtlFlags, type EtlFlags } from './etl-flags.ts';

const NOW_MS = Date.parse('2025-12-07T10:20:00Z');
const read = (flags: EtlFlags): ReturnType<typeof readEtlFlags> => readEtlFlags(flags, NOW_MS);

describe('flags that stand for a payload', () => {
  it.each([
    [{}, {}],
    [{ hour: '2025-12-06T05' }, { targetUtcHour: '2025-12-06T05' }],
    [{ date: '2025-12-06' }, { targetUtcDate: '2025-12-06' }],
    [{ prefix: 'events/2025/12/06/05/' }, { overridePrefix: 'events/2025/12/06/05/' }],
    [{ hoursBack: '3' }, { hoursBack: 3 }],
    [
      { hour: '2025-12-06T05', startAfter: 'events/2025/12/06/05/a', endAt: 'events/2025/12/06/05/b' },
      { targetUtcHour: '2025-12-06T05', startAfter: 'events/2025/12/06/05/a', endAt: 'events/2025/12/06/05/b' },
    ],
  ] as [EtlFlags, object][])('%j is the payload %j', (flags, payload) => {
    expect(payloadOf(flags)).toEqual(payload);
    expect(read(flags).request).toEqual(readPayload(payload, NOW_MS));
  });

  it.each([
    [{ hour: '2025-13-06T05' }, '--hour is "2025-13-06T05": give the start of an hour in UTC'],
    [{ hour: '' }, '--hour is empty'],
    [{ date: 'yesterday' }, '--date is "yesterday"'],
    [{ prefix: 'raw/' }, '--prefix is "raw/"'],
    [{ hoursBack: 'two' }, '--hours-back is "two": give a whole number'],
    [{ hoursBack: '-1' }, '--hours-back is "-1"'],
    [{ hour: '2025-12-06T05', date: '2025-12-06' }, 'Give one of --hour and --date'],
    [{ startAfter: 'events/2025/12/06/05/a' }, '--start-after is a key of one hour: give --hours-back, --hour'],
    [{ hour: '2025-12-06T05', endAt: 'targetUtcHour' }, '--end-at is "targetUtcHour"'],
    [{ hour: '2026-01-01T00' }, '--hour is "2026-01-01T00": give hours that have begun'],
  ] as [EtlFlags, string][])('%j is refused by the flag’s name', (flags, message) => {
    expect(() => read(flags)).toThrow(expect.objectContaining({ code: 'invalid_flag', stage: 'config' }));
    expect(() => read(flags)).toThrow(message);
  });
});

describe('a range of hours', () => {
  const prefixes = (flags: EtlFlags): unknown => {
    const { request } = read(flags);
    return request.kind === 'hours' && request.hours.map(({ prefix }) => prefix);
  };

  it('includes both of its ends', () => {
    expect(prefixes({ from: '2025-12-06T23', to: '2025-12-07T01:00:00Z' })).toEqual([
      'events/2025/12/06/23/',
      'events/2025/12/07/00/',
      'events/2025/12/07/01/',
    ]);
    expect(prefixes({ from: '2025-12-06T05', to: '2025-12-06T05' })).toEqual(['events/2025/12/06/05/']);
  });

  it('ends with the hour before this one when no end is given', () => {
    expect(prefixes({ from: '2025-12-07T08' })).toEqual(['events/2025/12/07/08/', 'events/2025/12/07/09/']);
  });

  it('is named by the folder that its hours share', () => {
    expect(read({ from: '2025-12-06T23', to: '2025-12-07T01' }).request.prefix).toBe('events/2025/12/');
    expect(read({ from: '2025-12-06T05', to: '2025-12-06T05' }).request.prefix).toBe('events/2025/12/06/05/');
  });

  it.each([
    [{ to: '2025-12-06T05' }, 'give --from with it'],
    [{ from: '2025-12-06' }, '--from is "2025-12-06"'],
    [{ from: '2025-12-06T05', to: 'now' }, '--to is "now"'],
    [{ from: '2025-12-06T05', to: '2025-12-06T04' }, 'not before --from'],
    [{ from: '2025-12-07T10' }, 'give --to as well'],
    [{ from: '2020-01-01T00', to: '2025-12-06T04' }, 'read year by year'],
    [{ from: '2025-12-06T05', hour: '2025-12-06T05' }, '--from and --to, or --hour'],
    [{ from: '2025-12-06T05', endAt: 'events/2025/12/06/05/b' }, '--from and --to, or --end-at'],
  ] as [EtlFlags, string][])('%j is refused', (flags, message) => expect(() => read(flags)).toThrow(message));
});

describe('limits', () => {
  it('are seconds and mebibytes, and none unless asked for', () => {
    expect(read({}).limits).toEqual({ remaining_ms: Infinity, memory_bytes: Infinity });
    expect(read({ budget: '2.5', memory: '512', batch: '100' })).toMatchObject({
      limits: { remaining_ms: 2500, memory_bytes: 512 * 2 ** 20 },
      maxRecordsPerBatch: 100,
    });
  });

  it.each([
    [{ budget: '0' }, '--budget is "0": give seconds'],
    [{ budget: '5m' }, '--budget is "5m"'],
    [{ memory: '64' }, '--memory is "64": give a whole number from 256'],
    [{ batch: '1e3' }, '--batch is "1e3": give a whole number from 1'],
  ] as [EtlFlags, string][])('%j is refused', (flags, message) => expect(() => read(flags)).toThrow(message));
});

describe('a dry run', () => {
  it('writes to stdout unless a file is named', () => {
    expect(read({ dryRun: true }).dryRun).toEqual({ output: '-' });
    expect(read({ dryRun: true, output: 'rows', rejects: '-', quiet: true }).dryRun).toEqual({
      output: 'rows',
      rejects: '-',
    });
  });

  it.each([
    [{ output: 'rows' }, 'give --dry-run'],
    [{ rejects: 'rejects' }, 'give --dry-run'],
    [{ dryRun: true, output: '' }, '--output is empty'],
    [{ dryRun: true, json: true }, 'give --output FILE'],
    [{ dryRun: true, rejects: '-' }, 'give --output FILE'],
  ] as [EtlFlags, string][])('%j is refused', (flags, message) => expect(() => read(flags)).toThrow(message));
});
