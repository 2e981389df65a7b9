import { gzipSync } from 'node:zlib';
import { body, marked, type BodyCase } from './body-case.ts';

const a = marked('a');
const b = marked('b');
const c = marked('c');

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values);
const BOM = bytes(0xef, 0xbb, 0xbf);
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const swapped = (text: string): Buffer => utf16(text).swap16();
const gzip = (text: string): Buffer => gzipSync(text);
const cut = (bytes: Buffer, length: number): Buffer => bytes.subarray(0, length);
/** The same gzip data with a bit of its checksum turned over. */
const damaged = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy[copy.length - 8]! ^= 1;
  return copy;
};

const NESTED = '['.repeat(100_000) + ']'.repeat(100_000);
const MIB = 1024 * 1024;
/** A member that makes an event so many bytes long. */
const filled = (mark: string, length: number): string => {
  const member = (size: number) => marked(mark, `"fill":"${'f'.repeat(size)}"`);
  return member(length - member(0).length);
};

/**
 * Whole bodies: an object of the bucket, or a request. If the first line is a whole JSON value each line stands alone and
 * a bad one is one reject; otherwise the rest from the first syntax error on is one reject. A request is one JSON value.
 */
export const BODY_CASES: readonly BodyCase[] = [
  body('nothing', '', ''),
  body('a blank', ' ', ''),
  body('blanks of all four kinds', ' \t\r\n\n\r\n \t', ''),
  body('a megabyte of blanks, then an event', [' '.repeat(MIB - 1000), a], '+a', 'a'),
  body('a byte order mark', BOM, ''),
  body('half a byte order mark', bytes(0xef, 0xbb), 'syntax_error'),
  body('null', 'null', 'not_an_object'),
  body('true', 'true', 'not_an_object'),
  body('a number', '-0.5e3', 'not_an_object'),
  body('a text', '"text"', 'not_an_object'),
  body('an empty object', '{}', '+'),
  body('an empty array', '[]', ''),
  body('an array in an array', '[[]]', 'not_an_object'),
  body('arrays of arrays of an event', `[[[${a}]]]`, 'not_an_object'),
  body('an event, and arrays of all kinds', `[${a},[],[${b}],{}]`, '+a not_an_object not_an_object +', 'a'),
  body(
    'events among values that are none',
    `[null,${a},1,"x",true,${b}]`,
    ['not_an_object +a', 'not_an_object'].join(' ') + ' not_an_object not_an_object +b',
    'a b',
  ),
  body('an event', a, '+a', 'a'),
  body('an event over many lines', JSON.stringify(JSON.parse(a), null, 4).replaceAll('\n', '\r\n'), '+a', 'a'),
  body('an array over many lines', `[\n  ${a},\n\n  ${b}\n]\n`, '+a +b', 'a b'),
  body('a truncated event', a.slice(0, -1), 'syntax_error'),
  body('an event truncated in a text', a.slice(0, 15), 'syntax_error'),
  body('an event truncated in a character', [a.slice(0, -2), bytes(0xe2, 0x82)], 'syntax_error'),
  body('an array truncated in an event', `[${a},${b.slice(0, 9)}`, '+a syntax_error'),
  body('an array truncated behind an event', `[${a}`, '+a syntax_error'),
  body('an array truncated behind a comma', `[${a},`, '+a syntax_error'),
  body('only an opening bracket', '[', 'syntax_error'),
  body('only a closing brace', '}', 'syntax_error'),
  body('a comma at the end of an array', `[${a},]`, '+a syntax_error'),
  body('a comma at the start of an array', `[,${a}]`, 'syntax_error'),
  body('no comma in an array', `[${a} ${b}]`, '+a syntax_error'),
  body('a bad event in an array', `[${a},{x},${b}]`, '+a syntax_error'),
  body('text behind an event', `${a} garbage`, '+a syntax_error'),
  body('a brace too many', `${a}}`, '+a syntax_error'),
  body('text behind an array', `[${a}] garbage`, '+a syntax_error'),
  body('a bracket too many', `[${a}]]`, '+a syntax_error'),
  body('a comma behind an event', `${a},`, '+a syntax_error'),
  body('text behind an event on a line', `${a}\n${b} garbage\n${c}`, '+a syntax_error +c'),
  body('text before an event', `garbage ${a}`, 'syntax_error'),
  body('a bad line first', `{bad\n${a}\n${b}`, 'syntax_error'),
  body('a bad line among lines', `${a}\n{bad\n${b}\n`, '+a syntax_error +b'),
  body('a bad line of nothing but a bracket', `${a}\n{\n[\n]\n}\n${b}`, `+a ${'syntax_error '.repeat(4)}+b`),
  body('an event over lines among lines', `${a}\n{"eventName":\n"x"}\n${b}`, '+a syntax_error syntax_error +b'),
  body('a line end within a text', `${a}\n{"eventName":"x\ny"}\n${b}`, '+a syntax_error syntax_error +b'),
  body('arrays on lines', `[${a}]\n[null,${b}]\n[]\n[${c},\n`, '+a not_an_object +b syntax_error'),
  body('NaN', 'NaN', 'syntax_error'),
  body('Infinity', 'Infinity', 'syntax_error'),
  body('undefined', 'undefined', 'syntax_error'),
  body('a hundred thousand brackets', '['.repeat(100_000), 'syntax_error'),
  body('a hundred thousand braces', '{"a":'.repeat(100_000), 'syntax_error'),
  body('a hundred thousand closing brackets', ']'.repeat(100_000), 'syntax_error'),
  body('a hundred thousand levels', NESTED, 'too_deep'),
  body('a hundred thousand levels on a line', `${a}\n${marked('x', `"x":${NESTED}`)}\n${b}`, '+a too_deep +b'),
  body('a hundred thousand levels in an array', `[${a},${marked('x', `"x":${NESTED}`)},${b}]`, '+a too_deep +b', 'a b'),
  body('a hundred thousand braces on a line', `${a}\n${'{"a":'.repeat(100_000)}\n${b}`, '+a too_deep +b'),
  body('80,000 keys', marked('a', Array.from({ length: 80_000 }, (_, at) => `"${at}":1`).join()), '+a', 'a'),
  body('an event of a megabyte', filled('a', MIB), '+a', 'a'),
  body('an event of a megabyte and a byte', filled('a', MIB + 1), '+a', 413),
  body('an event of 16 MiB among lines', `${b}\n${filled('a', 16 * MIB)}\n${c}`, '+b +a +c', 413),
  body('an event of 16 MiB and a byte', `${b}\n${filled('a', 16 * MIB + 1)}\n${c}`, '+b record_too_large +c', 413),
  body('500 events', `[${Array(500).fill(a).join()}]`, '+a '.repeat(500), 'a '.repeat(500)),
  body('501 events', `[${Array(501).fill(a).join()}]`, '+a '.repeat(501), 413),
  body('10,000 nulls', `[${Array(10_000).fill('null').join()}]`, 'not_an_object '.repeat(10_000), 413),
  body('a byte order mark and an event', [BOM, a], '+a', 'a'),
  body('a byte order mark and an array', [BOM, `[${a},${b}]`], '+a +b', 'a b'),
  body('a byte order mark and lines', [BOM, `${a}\n${b}\n`], '+a +b'),
  body('two byte order marks', [BOM, BOM, a], 'syntax_error'),
  body('a byte order mark behind the event', [a, BOM], '+a syntax_error'),
  body('a byte order mark on a line', [`${a}\n`, BOM, `${b}\n${c}`], '+a syntax_error +c'),
  body('a byte order mark after a blank', [' ', BOM, a], 'syntax_error'),
  body('UTF-16, little end first, with a mark', [bytes(0xff, 0xfe), utf16(a)], 'syntax_error'),
  body('UTF-16, big end first, with a mark', [bytes(0xfe, 0xff), swapped(a)], 'syntax_error'),
  body('UTF-16, little end first', utf16(a), 'syntax_error'),
  body('UTF-16, big end first', swapped(a), 'syntax_error'),
  body('UTF-32', [bytes(0xff, 0xfe, 0, 0), utf16(a)], 'syntax_error'),
  body('Latin-1 in a text', ['{"eventName":"caf', bytes(0xe9), '"}'], 'invalid_utf8'),
  body('Latin-1 on a line', [`${a}\n{"eventName":"caf`, bytes(0xe9), `"}\n${b}`], '+a invalid_utf8 +b'),
  body('Latin-1 in an array', [`[${a},{"eventName":"caf`, bytes(0xe9), `"},${b}]`], '+a invalid_utf8 +b'),
  body('an overlong quote', [`${a}\n{"eventName":`, bytes(0xc0, 0xa2), `x"}\n${b}`], '+a syntax_error +b'),
  body('an overlong line end', [a, bytes(0xc0, 0x8a), b], '+a syntax_error'),
  body('the replacement character, rightly', marked('a', '"q":"\ufffd"'), '+a', 'a'),
  body('carriage returns for line ends', `${a}\r${b}\r${c}\r`, '+a +b +c'),
  body('a bad line among carriage returns', `${a}\r{bad\r${b}`, '+a syntax_error'),
  body('Windows line ends', `${a}\r\n${b}\r\n\r\n${c}\r\n`, '+a +b +c'),
  body('a bad line among Windows line ends', `${a}\r\n{bad\r\n${b}\r\n`, '+a syntax_error +b'),
  body('line ends the wrong way round', `${a}\n\r${b}\n\r${c}`, '+a +b +c'),
  body('blank lines', `\n\n  \n${a}\n\n\t\n${b}\n\n`, '+a +b'),
  body('no end of the last line', `${a}\n${b}`, '+a +b'),
  body('a vertical tab', `${a}\n\v\n${b}`, '+a syntax_error +b'),
  body('a form feed', `${a}\n\f${b}\n${c}`, '+a syntax_error +c'),
  body('a non-breaking space', `${a}\n\u00a0\n${b}`, '+a syntax_error +b'),
  body('an ideographic space', `\u3000${a}`, 'syntax_error'),
  body('line separators for line ends', `${a}\u2028${b}`, '+a syntax_error'),
  body('next-line characters for line ends', `${a}\u0085${b}`, '+a syntax_error'),
  body('U+0000 between events', `${a}\0${b}`, '+a syntax_error'),
  body('U+0000 on a line', `${a}\n\0\n${b}`, '+a syntax_error +b'),
  body('U+0000 behind the event', `${a}\0`, '+a syntax_error'),
  body('U+0000 only', '\0'.repeat(4096), 'syntax_error'),
  body('a file that was never written', [a, '\n', '\0'.repeat(100_000)], '+a syntax_error'),
  body('events with nothing between', a + b + c, '+a +b +c'),
  body('events with blanks between', `${a} ${b}\t${c}`, '+a +b +c'),
  body('events with commas between', `${a},${b}`, '+a syntax_error'),
  body('events with commas between lines', `${a},\n${b},\n${c}`, '+a syntax_error'),
  body('arrays with nothing between', `[${a}][${b}]${c}`, '+a +b +c'),
  body('a comment before the event', `// hello\n${a}`, 'syntax_error'),
  body('a comment behind the event', `${a} // hello`, '+a syntax_error'),
  body('a comment among lines', `${a}\n# hello\n/* x */\n${b}`, '+a syntax_error syntax_error +b'),
  body('single quotes', a.replaceAll('"', `'`), 'syntax_error'),
  body('typographic quotes', a.replaceAll('"', '\u201d'), 'syntax_error'),
  body('an event within a text', JSON.stringify(a), 'not_an_object'),
  body('a form', 'eventName=view&mark=a', 'syntax_error'),
  body('a form in parts', '--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--', 'syntax_error'),
  body('a document', '<!DOCTYPE html>\n<html></html>', 'syntax_error'),
  body('CSV with a header', 'eventName,mark\nview,a\n', 'syntax_error'),
  body('CSV of numbers', '1,2\n3,4\n', 'not_an_object syntax_error'),
  body('numbers on lines', '1\n2\n', 'not_an_object not_an_object'),
  body('a guard against scripts', `)]}',\n${a}`, 'syntax_error'),
  body('JSONP', `callback(${a})`, 'syntax_error'),
  body('a text sequence of JSON', `\u001e${a}\n\u001e${b}\n`, 'syntax_error'),
  body('base64', Buffer.from(a).toString('base64'), 'syntax_error'),
  body('random bytes', bytes(0x8b, 0x1f, 0x00, 0xff, 0x7f, 0x80, 0x0a, 0x0d, 0x22, 0x7b), 'syntax_error'),
  body('keys that come twice', '{"eventName":"x","mark":"x","mark":"a"}', '+a', 'a'),
  body('gzip of an event', gzip(a), '+a'),
  body('gzip of lines', gzip(`${a}\n{bad\n${b}`), '+a syntax_error +b'),
  body('gzip of a gzip', gzipSync(gzip(a)), 'syntax_error'),
  body('gzip of nothing', gzip(''), ''),
  body('gzip in two members, one event over both', [gzip(`${a}\n${b.slice(0, 9)}`), gzip(b.slice(9))], '+a +b'),
  body('gzip and zeros', [gzip(a), '\0'.repeat(512)], '+a'),
  body('gzip and text', [gzip(a), 'garbage'], '+a gzip_trailing_junk'),
  body('gzip and an event', [gzip(a), b], '+a gzip_trailing_junk'),
  body('an event and gzip', [`${a}\n`, gzip(b)], '+a syntax_error'),
  body('gzip cut in its header', cut(gzip(a), 5), 'gzip_truncated'),
  body('gzip of two bytes', bytes(0x1f, 0x8b), 'gzip_truncated'),
  body('gzip with a wrong checksum', damaged(gzip(`${a}\n${b}`)), '+a gzip_corrupt'),
  body('gzip of another method', [bytes(0x1f, 0x8b, 9), a], 'gzip_corrupt'),
  body('gzip that inflates a thousandfold', gzip(`${a}\n${' '.repeat(20 * MIB)}\n${b}`), '+a +b'),
  body('gzip of an event too large', gzip(`${b}\n${filled('a', 16 * MIB + 1)}\n${c}`), '+b record_too_large +c'),
  body('zip', bytes(0x50, 0x4b, 3, 4, 20, 0), 'syntax_error'),
  body('Zstandard', bytes(0x28, 0xb5, 0x2f, 0xfd, 0x24), 'syntax_error'),
];
