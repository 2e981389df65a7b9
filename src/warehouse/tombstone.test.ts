import { expect, it } from 'vitest';
import { tombstoneHash } from './tombstone.ts';

const SALT = Buffer.alloc(32, 7);
const text = (salt: Buffer, kind: 'user' | 'client', id: string): string =>
  tombstoneHash(salt, { kind, id }).toString('hex');

it('is 16 bytes, the same for the same id, and another one for another id, kind or salt', () => {
  expect(tombstoneHash(SALT, { kind: 'user', id: '1' })).toHaveLength(16);
  expect(text(SALT, 'user', '1')).toBe(text(SALT, 'user', '1'));
  const others = [text(SALT, 'user', '2'), text(SALT, 'client', '1'), text(Buffer.alloc(32), 'user', '1')];
  expect(new Set([text(SALT, 'user', '1'), ...others]).size).toBe(4);
});
