import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectDevice } from './detect-device.ts';
import { runTransforms } from './testing.ts';
import { testTransform } from '../../testing/index.ts';

async function device(userAgent: unknown): Promise<string> {
  const { rows } = await runTransforms([detectDevice()], [{ _ingest: { userAgent } }]);
  const { device_type, browser, os } = rows[0]!;
  return `${device_type}, ${browser}, ${os}`;
}

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

test.each<[string, unknown]>([
  ['desktop, Chrome, Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36`],
  ['desktop, Microsoft Edge, Windows', `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0`], // prettier-ignore
  ['desktop, Firefox, Linux', 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0'],
  ['desktop, Safari, macOS', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15'], // prettier-ignore
  ['mobile, Safari, iOS', 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1'], // prettier-ignore
  ['tablet, Safari, iOS', 'Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1'], // prettier-ignore
  ['mobile, Chrome, Android', `Mozilla/5.0 (Linux; Android 10; K) ${WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36`],
  ['null, null, null', 'tests'],
  ['null, null, null', ''],
  ['null, null, null', null],
  ['null, null, null', 42],
  ['null, null, null', 'jane@example.com'],
])('%s, of %j', async (expected, userAgent) => {
  expect(await device(userAgent)).toBe(expected);
});

test('whatever a client calls itself, what is told is a short name', async () => {
  const agent = fc.oneof(
    fc.string(),
    fc.array(fc.constantFrom('Mozilla/5.0', '(', ')', ' ', ';', 'Android', 'Chrome/1', 'Version/', '\0', '\ud800', 'SmartTV', '/'), { maxLength: 12 }).map((parts) => parts.join('')), // prettier-ignore
  );
  await fc.assert(
    fc.asyncProperty(agent, async (userAgent) => {
      expect(await device(userAgent)).toMatch(/^[\w .+-]+, [\w .+-]+, [\w .+-]+$/);
    }),
  );
});

test('a user agent of a few megabytes is looked at in its beginning', async () => {
  const agent = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/130.0.0.0 Safari/537.36 ${'x'.repeat(5_000_000)}`;
  expect(await device(agent)).toBe('desktop, Chrome, Windows');
});

test('an option is refused', () => {
  expect(() => detectDevice({ versions: true } as never)).toThrow('detectDevice: it has no option "versions"');
});

test('detectDevice keeps the rules of transforms', () =>
  testTransform(detectDevice(), {
    events: [{ userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0' }],
  }));
