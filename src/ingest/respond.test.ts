import { expect, test } from 'vitest';
import { answer, corsHeaders, preflight } from './respond.ts';

const listed = new Set(['https://shop.example']);

test('with * any origin may call', () => {
  expect(corsHeaders('*', 'https://anyone.example')).toEqual({ 'access-control-allow-origin': '*' });
  expect(corsHeaders('*', null)).toEqual({ 'access-control-allow-origin': '*' });
});

test('with a list a listed origin is echoed and any other gets none, both marked as depending on the origin', () => {
  expect(corsHeaders(listed, 'https://shop.example')).toEqual({
    'access-control-allow-origin': 'https://shop.example',
    vary: 'origin',
  });
  for (const other of ['https://shop.example.evil', 'http://shop.example', 'null', null]) {
    expect(corsHeaders(listed, other)).toEqual({ vary: 'origin' });
  }
});

test('a preflight is told the methods and headers, and has no body', () => {
  expect(preflight(corsHeaders('*', null))).toEqual({
    statusCode: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '86400',
    },
  });
});

test('an answer is JSON and keeps the headers it is given', () => {
  expect(answer(200, { success: true, accepted: 2 }, { vary: 'origin' })).toEqual({
    statusCode: 200,
    headers: { vary: 'origin', 'content-type': 'application/json' },
    body: '{"success":true,"accepted":2}',
  });
});
