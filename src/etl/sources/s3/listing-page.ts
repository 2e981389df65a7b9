import type { Origin } from '../../pipeline/record.ts';
import { decodeXmlText } from './xml-text.ts';

/** A page of a listing, as S3 answers it. */
export interface ListingPage {
  readonly origins: Origin[];
  /** Where the next page begins; absent on the last one. */
  readonly nextToken?: string;
}

const ROOT = /^\uFEFF?\s*(?:<\?xml[^>]*\?>\s*)?<ListBucketResult(?:\s[^<>]*)?>/;
const PLAIN = /^[A-Za-z]\w*$/;
const END = '</ListBucketResult>';
const NO_FIGURE = 'a size or time is none';

/** Elements of a key that say nothing here; the expression's group `number` has the name of the last one. */
const passed = (number: number): string =>
  `(?:<(ChecksumAlgorithm|ChecksumType|StorageClass|Type)>[^<]*</\\${number}>)*`;

/** A key as S3 and Ceph write most of them, with nothing escaped in it. */
const PLAIN_ENTRY = new RegExp(
  '<Contents><Key>([^<&%+]+)</Key><LastModified>([^<&]+)</LastModified><ETag>&quot;([^<&]*)&quot;</ETag>' +
    `${passed(4)}<Size>(\\d{1,15})</Size>${passed(6)}</Contents>`,
  'y',
);

/**
 * Reads the answer to ListObjectsV2 in one pass over the text: keys of the usual shape by an expression, which takes a third
 * of what going from tag to tag does, and everything else from tag to tag, since little of it matters.
 *
 *
 * @throws SyntaxError that says what is wrong when the answer is anything but a whole listing: a proxy's page must never
 *   look like an empty hour.
 */
export function readListingPage(xml: string): ListingPage {
  const root = ROOT.exec(xml);
  if (!root) throw new SyntaxError('the answer is no listing');
  const end = xml.lastIndexOf(END);
  if (end < root[0].length || xml.slice(end + END.length).trim() !== '') {
    throw new SyntaxError('the answer is cut short');
  }
  const scanner = new Scanner(xml, end);
  scanner.at = root[0].length;
  // Looked for ahead, since it may come after the keys. No text can hold a `<`, so this is the element.
  const isEncoded = xml.includes('<EncodingType>url</EncodingType>');
  const origins: Origin[] = [];
  let isTruncated: string | undefined;
  let nextToken: string | undefined;
  let keyCount: string | undefined;
  for (;;) {
    const plain = plainEntry(xml, scanner);
    if (plain) origins.push(plain);
    else if (!scanner.open()) break;
    else if (scanner.is('Contents')) origins.push(readEntry(scanner, isEncoded));
    else if (scanner.is('IsTruncated')) isTruncated = scanner.text('IsTruncated');
    else if (scanner.is('NextContinuationToken')) nextToken = scanner.text('NextContinuationToken');
    else if (scanner.is('KeyCount')) keyCount = scanner.text('KeyCount');
    else scanner.skip();
  }
  if (isTruncated !== 'true' && isTruncated !== 'false') throw new SyntaxError('it does not say whether there is more');
  if (keyCount !== undefined && Number(keyCount) !== origins.length) throw new SyntaxError('keys are missing');
  if (isTruncated === 'false') return { origins };
  if (!nextToken) throw new SyntaxError('a truncated page names no next one');
  return { origins, nextToken };
}

function plainEntry(xml: string, scanner: Scanner): Origin | undefined {
  PLAIN_ENTRY.lastIndex = scanner.at;
  const entry = PLAIN_ENTRY.exec(xml);
  if (!entry) return undefined;
  scanner.at = PLAIN_ENTRY.lastIndex;
  const [, key, lastModified, etag, , size] = entry;
  return { key: key!, etag: `"${etag!}"`, size_bytes: Number(size), lastModified_ms: readTime(lastModified!) };
}

function readEntry(scanner: Scanner, isEncoded: boolean): Origin {
  let key: string | undefined;
  let lastModified: string | undefined;
  let etag: string | undefined;
  let size: string | undefined;
  while (scanner.open('Contents')) {
    if (scanner.is('Key')) key = scanner.text('Key');
    else if (scanner.is('LastModified')) lastModified = scanner.text('LastModified');
    else if (scanner.is('ETag')) etag = scanner.text('ETag');
    else if (scanner.is('Size')) size = scanner.text('Size');
    else scanner.skip();
  }
  if (!key || !etag || !size || !lastModified) throw new SyntaxError('a key has no ETag, size or time');
  if (!/^\d{1,15}$/.test(size)) throw new SyntaxError(NO_FIGURE);
  return {
    key: isEncoded ? decodeKey(key) : key,
    etag,
    size_bytes: Number(size),
    lastModified_ms: readTime(lastModified),
  };
}

/** S3 writes a space as `+`, as forms do. */
function decodeKey(key: string): string {
  if (!key.includes('%') && !key.includes('+')) return key;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new SyntaxError('a key is encoded wrongly');
  }
}

let recent = { text: '', time_ms: NaN };

/**
 * To the second, as S3 keeps times and as every store says them with an object: some list milliseconds, by which an object
 * replaced while it is read would have another time than the same object listed. Neighbours often have the same second,
 * and reading a time costs as much as the rest of a key.
 */
function readTime(text: string): number {
  if (text !== recent.text) {
    const time_ms = Math.floor(Date.parse(text) / 1000) * 1000;
    if (Number.isNaN(time_ms)) throw new SyntaxError(NO_FIGURE);
    recent = { text, time_ms };
  }
  return recent.time_ms;
}

/** Goes through elements, from tag to tag. Names are compared in place: as strings they took a third of the time. */
class Scanner {
  at = 0;
  readonly #xml: string;
  readonly #end: number;
  #nameStart = 0;
  #nameEnd = 0;

  constructor(xml: string, end: number) {
    this.#xml = xml;
    this.#end = end;
  }

  /** Goes into the next element at this level; false at the end of `parent`, which is then passed. */
  open(parent?: string): boolean {
    const start = this.#xml.indexOf('<', this.at);
    if (start === -1 || start >= this.#end) {
      if (parent !== undefined) throw new SyntaxError('the answer is cut short');
      return false;
    }
    this.#nameStart = start + 1;
    this.#nameEnd = this.#xml.indexOf('>', start);
    this.at = this.#nameEnd + 1;
    if (this.#xml.charCodeAt(start + 1) !== SLASH) return true;
    if (parent === undefined || !this.#isClosing(start, parent)) throw new SyntaxError('the answer is no XML');
    return false;
  }

  /** Whether the element that was just opened has this name, and no attributes. */
  is(name: string): boolean {
    return this.#nameEnd - this.#nameStart === name.length && this.#xml.startsWith(name, this.#nameStart);
  }

  /** The text of the element that was just opened. */
  text(name: string): string {
    const end = this.#xml.indexOf('<', this.at);
    if (!this.#isClosing(end, name)) throw new SyntaxError('the answer is no XML');
    const text = this.#xml.slice(this.at, end);
    this.at = end + name.length + 3;
    return decodeXmlText(text);
  }

  /** Passes the element that was just opened, with all that is in it. */
  skip(): void {
    const opened = this.#xml.slice(this.#nameStart, this.#nameEnd);
    const name = PLAIN.test(opened) ? opened : /^[^\s/]*/.exec(opened)![0];
    // Not as S3 writes it; passing over it would lose a key.
    if (!PLAIN.test(name) || name === 'Contents') throw new SyntaxError('the answer is no XML of S3');
    if (opened.endsWith('/')) return;
    let end = this.#xml.indexOf('<', this.at);
    while (end !== -1 && !this.#isClosing(end, name)) end = this.#xml.indexOf('<', end + 1);
    if (end === -1) throw new SyntaxError('the answer is cut short');
    this.at = end + name.length + 3;
  }

  /** Whether `</name>` is here; compared in place, five times per key. */
  #isClosing(at: number, name: string): boolean {
    const xml = this.#xml;
    return (
      at !== -1 &&
      at < this.#end &&
      xml.charCodeAt(at + 1) === SLASH &&
      xml.startsWith(name, at + 2) &&
      xml.charCodeAt(at + 2 + name.length) === GREATER
    );
  }
}

const SLASH = 0x2f;
const GREATER = 0x3e;
