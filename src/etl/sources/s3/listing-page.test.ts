import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeXml } from '../../../local/s3/xml.ts';
import { readListingPage } from './listing-page.ts';

const TIME = '2025-12-06T05:00:00.000Z';

function page(content: string, head = '<?xml version="1.0" encoding="UTF-8"?>\n'): string {
  return `${head}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</ListBucketResult>`;
}

function contents(key: string, size = 615, rest = '<StorageClass>STANDARD</StorageClass>'): string {
  return `<Contents><Key>${key}</Key><LastModified>${TIME}</LastModified><ETag>&quot;e&quot;</ETag><Size>${size}</Size>${rest}</Contents>`;
}

const LAST = '<IsTruncated>false</IsTruncated>';
const keysOf = (xml: string): string[] => readListingPage(xml).origins.map(({ key }) => key);

describe('a page of a listing', () => {
  test('has its keys with what is said of them, and the token of the next page', () => {
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken>';
    const xml = page(`<Name>raw</Name><Prefix/><KeyCount>1</KeyCount>${more}${contents('k')}`);
    const origin = { key: 'k', etag: '"e"', size_bytes: 615, lastModified_ms: Date.parse(TIME) };
    expect(readListingPage(xml)).toEqual({ origins: [origin], nextToken: 'a&b=' });
  });

  test('gives times to the second, as the object itself does', () => {
    const xml = page(LAST + contents('k').replace('00.000Z', '07.432Z'));
    expect(readListingPage(xml).origins[0]!.lastModified_ms).toBe(Date.parse('2025-12-06T05:00:07Z'));
  });

  test('may be empty', () => {
    expect(readListingPage(page(`<KeyCount>0</KeyCount>${LAST}`))).toEqual({ origins: [] });
  });

  test('may be indented, in another order, and hold what nobody asked for', () => {
    const owner = '<Owner><ID>1</ID><DisplayName/></Owner><ChecksumAlgorithm>CRC32</ChecksumAlgorithm>';
    const content = `\n  ${contents('a', 1, owner)}\n  ${contents('b', 2, '\n')}\n  <EncodingType>url</EncodingType>${LAST}\n`;
    expect(keysOf(`\uFEFF${page(content, '  ')}\n`)).toEqual(['a', 'b']);
  });

  test('gives back any key, written as text or percent-encoded', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 })), (keys) => {
        const text = keys.map((key) => contents(escapeXml(key))).join('');
        expect(keysOf(page(LAST + text))).toEqual(keys);
        const encoded = keys.map((key) => contents(encodeURIComponent(key).replaceAll('%20', '+'))).join('');
        expect(keysOf(page(`<EncodingType>url</EncodingType>${LAST}${encoded}`))).toEqual(keys);
      }),
    );
  });

  test('is the same whichever way a key is read', () => {
    const anyText = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a+b', 'a%20b', 'k'));
    const key = fc.record({ name: anyText, size: fc.integer({ min: 0, max: 1e15 - 1 }), type: fc.boolean() });
    fc.assert(
      fc.property(fc.array(key), fc.boolean(), (keys, isEncoded) => {
        const head = isEncoded ? `<EncodingType>url</EncodingType>${LAST}` : LAST;
        const plain = keys.map(({ name, size, type }) => {
          const text = isEncoded ? encodeURIComponent(name) : escapeXml(name);
          return contents(text, size, type ? '<StorageClass>STANDARD</StorageClass><Type>Normal</Type>' : '');
        });
        const fromTagToTag = plain.map((text) => text.replace('<Size>', '<Owner/><Size>'));
        const seen = readListingPage(page(head + plain.join('')));
        expect(seen).toEqual(readListingPage(page(head + fromTagToTag.join(''))));
        expect(seen.origins.map(({ key, size_bytes }) => [key, size_bytes])).toEqual(
          keys.map(({ name, size }) => [name, size]),
        );
      }),
    );
  });

  test('is refused when any part of it is missing', () => {
    const xml = page(`<KeyCount>2</KeyCount>${LAST}${contents('a')}${contents('b')}`);
    for (let length = 0; length < xml.length; length += 1) {
      expect(() => readListingPage(xml.slice(0, length))).toThrow(SyntaxError);
    }
    expect(() => readListingPage(xml.slice(0, 150) + xml.slice(160))).toThrow(SyntaxError);
  });

  test.each([
    ['', 'no listing'],
    ['<html><body>Sign in</body></html>', 'no listing'],
    [`<?xml version="1.0"?><ListAllMyBucketsResult>${LAST}</ListAllMyBucketsResult>`, 'no listing'],
    [page('<KeyCount>0</KeyCount>'), 'whether there is more'],
    [page('<IsTruncated>true</IsTruncated>'), 'names no next'],
    [page(`<KeyCount>2</KeyCount>${LAST}${contents('k')}`), 'keys are missing'],
    [page(`${LAST}<Contents><Key>k</Key></Contents>`), 'no ETag, size or time'],
    [page(`${LAST}${contents('')}`), 'no ETag, size or time'],
    [page(`${LAST}${contents('k').replace(TIME, 'today')}`), 'size or time is none'],
    [page(`${LAST}${contents('k').replace('615', '-1')}`), 'size or time is none'],
    [page(`<EncodingType>url</EncodingType>${LAST}${contents('%FF')}`), 'encoded wrongly'],
    [page(`${LAST}${contents('a&b')}`), 'reference'],
    [page(`${LAST}<Contents id="1"><Key>k</Key></Contents>`), 'no XML of S3'],
    [page(`${LAST}</Contents>`), 'no XML'],
    [page(`${LAST}${contents('k', 1, '<StorageClass>STANDARD</Type>')}`), 'cut short'],
    [`${page(LAST)}<p>more</p>`, 'cut short'],
  ])('is not %j', (xml, reason) => {
    expect(() => readListingPage(xml)).toThrow(reason);
  });
});
