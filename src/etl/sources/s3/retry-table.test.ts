import { expect, test } from 'vitest';
import { again, type Again } from './retry-table.ts';

test.each<[Again, string, number | undefined]>([
  ['soon', 'InternalError', 500],
  ['soon', 'RequestTimeout', 400],
  ['soon', '', 502],
  ['soon', '', 504],
  ['soon', '', 529],
  ['soon', 'ECONNRESET', undefined],
  ['soon', 'UND_ERR_HEADERS_TIMEOUT', undefined],
  ['soon', 'Truncated', undefined],
  ['soon', 'ChecksumMismatch', undefined],
  ['later', 'SlowDown', 503],
  ['later', 'Throttling', 400],
  ['later', '', 503],
  ['later', '', 429],
  ['renewed', 'ExpiredToken', 400],
  ['renewed', 'SignatureDoesNotMatch', 403],
  ['by its clock', 'RequestTimeTooSkewed', 403],
  ['never', 'AccessDenied', 403],
  ['never', 'NoSuchKey', 404],
  ['never', 'NotImplemented', 501],
  ['never', '', 301],
  ['never', 'NoETag', 200],
  ['never', 'Aborted', undefined],
  ['never', 'CERT_HAS_EXPIRED', undefined],
  ['never', 'DEPTH_ZERO_SELF_SIGNED_CERT', undefined],
  // A code is whatever somebody sent.
  ['never', 'constructor', 400],
])('it asks %s after %s %s', (expected, code, status) => {
  expect(again(code, status)).toBe(expected);
});
