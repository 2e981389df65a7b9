import fc from 'fast-check';
import { expect, it } from 'vitest';
import { personIdsIn } from './person-ids.ts';

const ids = (text: string): string[] => personIdsIn(Buffer.from(text)).map(({ kind, id }) => `${kind} ${id}`);

it('reads the ids of a record in every spelling, and of the records of an array', () => {
  expect(ids('{"userId":"a","user_id":"b","clientId":7,"client_id":""}')).toEqual(['user a', 'user b', 'client 7']);
  expect(ids('[{"userId":"a"},{"clientId":"c"},3]')).toEqual(['user a', 'client c']);
  expect(ids('{"product":{"userId":"a"},"userId":null,"__proto__":{"clientId":"x"}}')).toEqual([]);
  expect(ids('null')).toEqual([]);
});

it('searches what is no JSON for fields that hold an id, escapes read', () => {
  expect(ids('{"eventName":"x","userId" : "a\\u0062","deep":{"client_id":7')).toEqual(['user ab', 'client 7']);
  expect(ids('{"userId":"a"}{"userId":"b"}')).toEqual(['user a', 'user b']);
  expect(ids('{"note":"userId","userId":{"a":1},"clientId":"cut of')).toEqual([]);
  expect(ids('userId=a')).toEqual([]);
  expect(personIdsIn(Buffer.from([0x1f, 0x8b, 0xff, 0x00]))).toEqual([]);
});

it('finds an id whole or cut off, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (id) => {
      const text = JSON.stringify({ userId: id, rest: 1 });
      expect(ids(text)).toEqual([`user ${id}`]);
      expect(ids(text.slice(0, -1))).toEqual([`user ${id}`]);
    }),
  );
});
