import type { IncomingMessage } from 'node:http';
import { type Answer, xmlAnswer } from './answer.ts';
import type { Bucket } from './bucket.ts';
import { listPage } from './listing.ts';
import { receiveBody } from './request-body.ts';
import type { S3Request } from './request.ts';
import { invalidArgument, notImplemented, S3Error } from './s3-error.ts';
import type { Store } from './store.ts';
import { document, element, textsOf } from './xml.ts';

const MAX_KEYS = 1000;
/** A thousand keys of 1,024 bytes, escaped, and their tags. */
const MAX_DELETE_BODY_BYTES = 8 * 1024 * 1024;

/** ListBuckets. */
export function listBuckets(store: Store): Answer {
  const buckets = store
    .buckets()
    .map(
      ({ name, created }) =>
        `<Bucket>${element('Name', name)}${element('CreationDate', new Date(created).toISOString())}</Bucket>`,
    );
  return xmlAnswer(document('ListAllMyBucketsResult', `<Buckets>${buckets.join('')}</Buckets>`));
}

/** CreateBucket. */
export async function createBucket(store: Store, { bucket }: S3Request, incoming: IncomingMessage): Promise<Answer> {
  if (incoming.headers['content-length'] !== undefined) await receiveBody(incoming, () => undefined);
  if (store.find(bucket)) {
    throw new S3Error({
      status: 409,
      code: 'BucketAlreadyOwnedByYou',
      message: 'Your previous request to create the named bucket succeeded and you already own it.',
    });
  }
  store.create(bucket);
  return { status: 200, headers: { location: `/${bucket}` } };
}

/** ListObjectsV2. */
export function listObjects(bucket: Bucket, { query }: S3Request): Answer {
  // The first version pages in another way; every current client and tool asks for the second.
  if (query.get('list-type') !== '2') throw notImplemented('ListObjects other than version 2 (list-type=2)');
  const encoding = query.get('encoding-type');
  if (encoding !== null && encoding !== 'url') throw invalidArgument('Invalid Encoding Method specified in Request');
  const encode = encoding === 'url' ? encodeKey : (text: string) => text;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const startAfter = query.get('start-after') ?? '';
  const token = query.get('continuation-token');
  const maxKeys = readMaxKeys(query.get('max-keys'));

  const continueAfter = token === null ? undefined : readToken(token);
  const page = listPage(bucket.keys(), { prefix, delimiter, startAfter, continueAfter, maxKeys });
  const parts = [
    element('Name', bucket.name),
    element('Prefix', encode(prefix)),
    ...(delimiter === '' ? [] : [element('Delimiter', encode(delimiter))]),
    ...(startAfter === '' ? [] : [element('StartAfter', encode(startAfter))]),
    ...(token === null ? [] : [element('ContinuationToken', token)]),
    ...(encoding === null ? [] : [element('EncodingType', encoding)]),
    element('KeyCount', page.keys.length + page.commonPrefixes.length),
    element('MaxKeys', maxKeys),
    element('IsTruncated', page.next !== undefined),
    ...(page.next === undefined ? [] : [element('NextContinuationToken', writeToken(page.next))]),
  ];
  for (const key of page.keys) parts.push(contents(bucket, key, encode(key)));
  for (const common of page.commonPrefixes) {
    parts.push(`<CommonPrefixes>${element('Prefix', encode(common))}</CommonPrefixes>`);
  }
  return xmlAnswer(document('ListBucketResult', parts.join('')));
}

/** DeleteObjects: up to 1,000 keys at once, each answered for. */
export async function deleteObjects(bucket: Bucket, incoming: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  let size = 0;
  await receiveBody(incoming, (bytes) => {
    size += bytes.length;
    if (size > MAX_DELETE_BODY_BYTES) throw malformedXml();
    pieces.push(bytes);
  });
  const xml = Buffer.concat(pieces).toString();
  const keys = textsOf(xml, 'Key');
  if (keys.length === 0 || keys.length > MAX_KEYS) throw malformedXml();
  const quiet = textsOf(xml, 'Quiet').includes('true');
  for (const key of keys) bucket.delete(key);
  const deleted = quiet ? [] : keys.map((key) => `<Deleted>${element('Key', key)}</Deleted>`);
  return xmlAnswer(document('DeleteResult', deleted.join('')));
}

function contents(bucket: Bucket, key: string, encodedKey: string): string {
  const object = bucket.get(key)!;
  return (
    `<Contents>${element('Key', encodedKey)}<LastModified>${isoTime(object.lastModified)}</LastModified>` +
    `<ETag>&quot;${object.etag}&quot;</ETag><Size>${object.body.size}</Size><StorageClass>STANDARD</StorageClass></Contents>`
  );
}

let recent = { time: NaN, text: '' };

/** Neighbours in a listing often have the same time, and writing it is a fifth of the work. */
function isoTime(time: number): string {
  if (time !== recent.time) recent = { time, text: new Date(time).toISOString() };
  return recent.text;
}

/** Percent-encodes all but letters, digits, `-._~` and the slash, so that any key can stand in XML. */
function encodeKey(key: string): string {
  // Event keys need nothing encoded, and a page has a thousand of them.
  if (/^[\w\-.~/]*$/.test(key)) return key;
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function readMaxKeys(text: string | null): number {
  if (text === null) return MAX_KEYS;
  if (!/^\d{1,10}$/.test(text)) throw invalidArgument('Provided max-keys not an integer or within integer range');
  return Math.min(Number(text), MAX_KEYS);
}

function writeToken(last: string): string {
  return Buffer.from(last).toString('base64url');
}

function readToken(token: string): string {
  const last = Buffer.from(token, 'base64url').toString();
  if (last === '' || writeToken(last) !== token) throw invalidArgument('The continuation token provided is incorrect');
  return last;
}

function malformedXml(): S3Error {
  return new S3Error({
    status: 400,
    code: 'MalformedXML',
    message: 'The XML you provided was not well-formed or did not validate against our published schema',
  });
}
