import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeXml } from '../../../local/s3/xml.ts';
import { decodeXmlText, firstText } from './xml-text.ts';

test('any text comes back from XML as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeXmlText(escapeXml(text))).toBe(text);
    }),
  );
});

test('references are read in every way that XML has, once', () => {
  expect(decodeXmlText('&quot;abc&quot;')).toBe('"abc"');
  expect(decodeXmlText('&quot;a&amp;c&quot;')).toBe('"a&c"');
  expect(decodeXmlText('&quot;')).toBe('"');
  expect(decodeXmlText('&#x1F600;&#128512;&amp;lt;')).toBe('😀😀&lt;');
});

test.each(['&', 'a & b', '&nbsp;', '&#xD800;', '&#x110000;', '&#;', '&amp'])('%j is no text of XML', (text) => {
  expect(() => decodeXmlText(text)).toThrow(SyntaxError);
});

test('an element of an error document is found, or not', () => {
  const document = '<Error><Code>NoSuchKey</Code><Message>a &lt; b</Message></Error>';
  expect(firstText(document, 'Code')).toBe('NoSuchKey');
  expect(firstText(document, 'Message')).toBe('a < b');
  expect(firstText('<html>', 'Code')).toBeUndefined();
});
