import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { expectedChecksum, isIntact } from './checksum.ts';

/** What every catalogue of CRCs gives their values for. */
const CHECKED = Buffer.from('123456789');
const hex = (text: string): string => Buffer.from(text, 'hex').toString('base64');

test.each([
  ['crc32', hex('cbf43926')],
  ['crc32c', hex('e3069283')],
  ['crc64nvme', hex('ae8b14860a799888')],
  ['sha1', createHash('sha1').update(CHECKED).digest('base64')],
  ['sha256', createHash('sha256').update(CHECKED).digest('base64')],
])('%s tells right bytes from wrong ones, at one go or piece by piece', (name, value) => {
  const expected = expectedChecksum({ [`x-amz-checksum-${name}`]: value, 'x-amz-checksum-type': 'FULL_OBJECT' })!;
  expect(isIntact(CHECKED, expected)).toBe(true);
  expect(isIntact(Buffer.from('123456780'), expected)).toBe(false);
  const running = expected.start();
  for (const byte of CHECKED) running.update(Uint8Array.of(byte));
  expect(running.digest()).toBe(value);
});

test('what is no checksum of the whole object, or of an unknown kind, is not gone by', () => {
  expect(expectedChecksum({})).toBeUndefined();
  expect(expectedChecksum({ 'x-amz-checksum-crc32': 'AAAAAA==-3' })).toBeUndefined();
  expect(expectedChecksum({ 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-type': 'COMPOSITE' })).toBeUndefined();
  expect(expectedChecksum({ 'x-amz-checksum-xxhash128': 'AAAAAA==' })).toBeUndefined();
});
