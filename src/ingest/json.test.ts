import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeJson } from './json.ts';

test('a number beyond all stays one, whatever stands beside it', () => {
  const text = '{"a":1e400,"b":[null,-1e999,{"__proto__":1e400}],"c":"1e400","d":null}';
  expect(writeJson(JSON.parse(text))).toBe('{"a":1e999,"b":[null,-1e999,{"__proto__":1e999}],"c":"1e400","d":null}');
  expect(writeJson(Infinity)).toBe('1e999');
  expect(JSON.parse(writeJson([-Infinity]))).toEqual([-Infinity]);
});

test('everything else is written as JSON.stringify writes it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(writeJson(value)).toBe(JSON.stringify(value));
    }),
  );
});
