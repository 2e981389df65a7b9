import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.ts';
import { createBucket, deleteObjects, listBuckets, listObjects } from './bucket-operations.ts';
import { deleteObject, getObject, putObject } from './object-operations.ts';
import type { S3Request } from './request.ts';
import { methodNotAllowed, notImplemented } from './s3-error.ts';
import type { Store } from './store.ts';

/** What else a request can ask for by a name in its query; each is an operation of its own. */
const OTHER_OPERATIONS = new Set([
  ...['accelerate', 'acl', 'analytics', 'attributes', 'cors', 'encryption', 'intelligent-tiering', 'inventory'],
  ...['legal-hold', 'lifecycle', 'location', 'logging', 'metrics', 'notification', 'object-lock', 'ownershipControls'],
  ...['partNumber', 'policy', 'policyStatus', 'publicAccessBlock', 'replication', 'requestPayment', 'restore'],
  ...['retention', 'select', 'session', 'tagging', 'torrent', 'uploadId', 'uploads', 'versionId', 'versioning'],
  ...['versions', 'website'],
]);

/** Finds the operation that a request asks for, and does it. */
export async function perform(store: Store, request: S3Request, incoming: IncomingMessage): Promise<Answer> {
  for (const name of request.query.keys()) {
    if (OTHER_OPERATIONS.has(name)) throw notImplemented(`"?${name}"`);
  }
  const { method } = request;
  if (request.bucket === '') {
    if (method === 'GET') return listBuckets(store);
    throw methodNotAllowed();
  }
  return request.key === '' ? performOnBucket(store, request, incoming) : performOnObject(store, request, incoming);
}

async function performOnBucket(store: Store, request: S3Request, incoming: IncomingMessage): Promise<Answer> {
  switch (request.method) {
    case 'PUT':
      return createBucket(store, request, incoming);
    case 'HEAD':
      store.get(request.bucket);
      return { status: 200 };
    case 'GET':
      return listObjects(store.get(request.bucket), request);
    case 'DELETE':
      store.remove(request.bucket);
      return { status: 204 };
    case 'POST':
      if (request.query.has('delete')) return deleteObjects(store.get(request.bucket), incoming);
      throw methodNotAllowed();
    default:
      throw methodNotAllowed();
  }
}

async function performOnObject(store: Store, request: S3Request, incoming: IncomingMessage): Promise<Answer> {
  const bucket = store.get(request.bucket);
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return getObject(bucket, request);
    case 'PUT':
      return putObject(bucket, request, incoming);
    case 'DELETE':
      return deleteObject(bucket, request);
    default:
      throw methodNotAllowed();
  }
}
