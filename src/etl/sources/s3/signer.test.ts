import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePath, encodeQuery, Signer, type Credentials } from './signer.ts';

/** The example of AWS's documentation, "Signature calculations for the Authorization header". */
const EXAMPLE = {
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  scope: { host: 'examplebucket.s3.amazonaws.com', region: 'us-east-1', service: 's3' },
  now_ms: Date.parse('2013-05-24T00:00:00Z'),
};
const ODD_KEYS = [
  'a b',
  'a+b',
  'a%2Fb',
  'ä/😀',
  '\uffee',
  '<&>"\'',
  'a//b',
  '../..',
  '/',
  '100%',
  '?x=1#y',
  "(!*')",
  '~-._',
];

function headersOf(sent: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; at < sent.length; at += 2) headers[sent[at]!] = sent[at + 1]!;
  return headers;
}

describe('a signature', () => {
  test.each([
    [
      'an object by range',
      '/test.txt',
      '',
      { range: 'bytes=0-9' },
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'a name without a value',
      '/',
      'lifecycle=',
      {},
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    ['a listing', '/', 'max-keys=2&prefix=J', {}, '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('is the one that AWS documents for %s', (_, path, query, headers, signature) => {
    const sent = new Signer(EXAMPLE.scope).sign(path, query, headers, EXAMPLE.credentials, EXAMPLE.now_ms);
    expect(headersOf(sent)['authorization']).toMatch(new RegExp(`Signature=${signature}$`));
  });

  const requests = fc.record({
    key: fc.oneof(fc.constantFrom(...ODD_KEYS), fc.string({ unit: 'binary', minLength: 1 })),
    // The reference loses a parameter of the name `__proto__`.
    query: fc.dictionary(
      fc.string({ unit: 'binary', minLength: 1 }).filter((name) => name !== '__proto__'),
      fc.string({ unit: 'binary' }),
      { maxKeys: 4 },
    ),
    token: fc.option(fc.base64String({ minLength: 4 }), { nil: undefined }),
    now_ms: fc.integer({ min: 1_400_000_000_000, max: 2_500_000_000_000 }),
  });

  test('is the one of the AWS SDK for any key, query, token and time', async () => {
    const signer = new Signer(EXAMPLE.scope);
    await fc.assert(
      fc.asyncProperty(requests, async ({ key, query, token, now_ms }) => {
        const credentials: Credentials = { ...EXAMPLE.credentials, sessionToken: token };
        const path = `/${encodePath(key)}`;
        const queryText = Object.entries(query)
          .map(([name, value]) => [encodeQuery(name), encodeQuery(value)] as const)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map((parameter) => parameter.join('='))
          .join('&');
        const extra = { 'if-match': '"etag"', 'x-amz-checksum-mode': 'ENABLED' };
        const own = headersOf(signer.sign(path, queryText, extra, credentials, now_ms));
        const reference = await referenceSigner(credentials).sign(
          {
            method: 'GET',
            protocol: 'https:',
            hostname: EXAMPLE.scope.host,
            path,
            query,
            headers: { host: EXAMPLE.scope.host, ...extra },
          },
          { signingDate: new Date(now_ms) },
        );
        expect(own).toEqual(reference.headers);
      }),
      { numRuns: 300 },
    );
  });

  test('is made with the key of its own day and credentials', () => {
    const signer = new Signer(EXAMPLE.scope);
    const other = { accessKeyId: 'AKIDOTHER', secretAccessKey: 'other' };
    const sign = (from: Signer, credentials: Credentials, day: number) =>
      from.sign('/k', '', {}, credentials, EXAMPLE.now_ms + day * 86_400_000).at(-1);
    for (const [credentials, day] of [
      [other, 0],
      [EXAMPLE.credentials, 0],
      [EXAMPLE.credentials, 1],
      [other, 1],
    ] as const) {
      expect(sign(signer, credentials, day)).toBe(sign(new Signer(EXAMPLE.scope), credentials, day));
    }
  });
});

test('a path keeps its slashes, and nothing else that could be misread', () => {
  expect(encodePath('events/a b+c%2F(é)')).toBe('events/a%20b%2Bc%252F%28%C3%A9%29');
  expect(encodeQuery('events/')).toBe('events%2F');
  expect(encodePath('../a//b/')).toBe('../a//b/');
});

function referenceSigner(credentials: Credentials): SignatureV4 {
  const { region, service } = EXAMPLE.scope;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  return new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    region,
    service,
    sha256: NodeSha256,
    uriEscapePath: false,
    applyChecksum: true,
  });
}

/** What the reference wants of a hash. */
class NodeSha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error('not used');
  }
}
