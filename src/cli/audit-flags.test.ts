import { describe, expect, it } from 'vitest';
import { readAuditHours, type AuditFlags } from './audit-flags.ts';

const NOW_MS = Date.parse('2025-12-07T10:20:00Z');
const prefixes = (flags: AuditFlags): string[] => readAuditHours(flags, NOW_MS).map(({ prefix }) => prefix);

describe('the hours to audit', () => {
  it('are an hour, a day as far as it has begun, or a range with both of its ends', () => {
    expect(prefixes({ hour: '2025-12-06T05' })).toEqual(['events/2025/12/06/05/']);
    expect(prefixes({ date: '2025-12-07' })).toHaveLength(11);
    expect(prefixes({ from: '2025-12-06T23', to: '2025-12-07T00' })).toEqual([
      'events/2025/12/06/23/',
      'events/2025/12/07/00/',
    ]);
    expect(prefixes({ from: '2025-12-07T09' })).toEqual(['events/2025/12/07/09/']);
  });

  it.each([
    [{}, 'Give the hours to audit: --hour, --date, or --from and --to'],
    [{ hour: 'now' }, '--hour is "now"'],
    [{ date: '2025-02-30' }, '--date is "2025-02-30"'],
    [{ hour: '2025-12-06T05', date: '2025-12-06' }, 'Give one of --hour and --date'],
    [{ hour: '2025-12-06T05', from: '2025-12-06T05' }, 'Give --from and --to, or --hour, not both'],
    [{ date: '2025-12-06', to: '2025-12-06T05' }, 'Give --from and --to, or --date, not both'],
    [{ to: '2025-12-06T05' }, '--to is the end of a range'],
  ] as [AuditFlags, string][])('%j is refused', (flags, message) => {
    expect(() => prefixes(flags)).toThrow(expect.objectContaining({ code: 'invalid_flag', stage: 'config' }));
    expect(() => prefixes(flags)).toThrow(message);
  });
});
