import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Answer } from './answer.ts';
import type { Bucket, StoredObject } from './bucket.ts';
import { checkReadConditions, checkWriteConditions, requestedRange } from './conditions.ts';
import { receiveBody } from './request-body.ts';
import type { S3Request } from './request.ts';
import { noSuchKey, notImplemented } from './s3-error.ts';

/** Headers of an upload that come back with the object, as do those that begin with `x-amz-meta-`. */
const KEPT_HEADERS = ['content-type', 'cache-control', 'content-disposition', 'content-language', 'expires'];

/** PutObject. The object is visible, whole, once its bytes are in and all checksums are right; not before. */
export async function putObject(bucket: Bucket, request: S3Request, incoming: IncomingMessage): Promise<Answer> {
  const { key, headers } = request;
  if (headers['x-amz-copy-source'] !== undefined) throw notImplemented('CopyObject');
  // Here to spare the upload, and again below, since another one may have come in meanwhile.
  checkWriteConditions(headers, bucket.get(key));
  const writer = bucket.newBody();
  try {
    const received = await receiveBody(incoming, (bytes) => writer.write(bytes));
    const body = await writer.finish();
    checkWriteConditions(headers, bucket.get(key));
    const object = {
      body,
      etag: received.md5,
      lastModified: wholeSeconds(Date.now()),
      checksum: received.checksum,
      headers: keptHeaders(headers),
    };
    bucket.put(key, object);
    return { status: 200, headers: { etag: `"${object.etag}"`, ...checksumHeaders(object) } };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** GetObject and HeadObject, with ranges and conditions. */
export async function getObject(bucket: Bucket, { method, key, headers }: S3Request): Promise<Answer> {
  // A file of an object that is replaced between look-up and opening is gone; the new version's is there.
  for (let attempt = 0; ; attempt++) {
    const object = bucket.get(key);
    if (!object) throw noSuchKey();
    const described = describe(object);
    if (!checkReadConditions(headers, object)) return { status: 304, headers: described };
    const range = requestedRange(headers.range, object.body.size);
    const { start, end } = range ?? { start: 0, end: object.body.size - 1 };
    described['content-length'] = end - start + 1;
    if (range) described['content-range'] = `bytes ${start}-${end}/${object.body.size}`;
    else if (headers['x-amz-checksum-mode'] === 'ENABLED') Object.assign(described, checksumHeaders(object));
    const status = range ? 206 : 200;
    if (method === 'HEAD') return { status, headers: described };
    try {
      return { status, headers: described, body: await object.body.read(start, end) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 3) throw error;
    }
  }
}

/** DeleteObject, which succeeds whether or not there is such an object. */
export function deleteObject(bucket: Bucket, { key }: S3Request): Answer {
  bucket.delete(key);
  return { status: 204 };
}

/** S3 keeps times to the second. */
export function wholeSeconds(time: number): number {
  return Math.floor(time / 1000) * 1000;
}

function describe(object: StoredObject): OutgoingHttpHeaders {
  return {
    'accept-ranges': 'bytes',
    'content-type': 'binary/octet-stream',
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    ...object.headers,
  };
}

function checksumHeaders({ checksum }: Pick<StoredObject, 'checksum'>): OutgoingHttpHeaders {
  if (!checksum) return {};
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> | undefined {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' && (KEPT_HEADERS.includes(name) || name.startsWith('x-amz-meta-')))
      kept[name] = value;
  }
  const encoding = headers['content-encoding']
    ?.split(',')
    .map((part) => part.trim())
    // This one was for the way here only.
    .filter((part) => part !== 'aws-chunked' && part !== '');
  if (encoding && encoding.length > 0) kept['content-encoding'] = encoding.join(',');
  return Object.keys(kept).length > 0 ? kept : undefined;
}
