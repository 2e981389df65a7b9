import { element } from './xml.ts';

/** An error as S3 answers it; a test's `onRequest` may throw one to play a failing S3. */
export class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor({
    status,
    code,
    message,
    headers = {},
  }: {
    status: number;
    code: string;
    message: string;
    headers?: Record<string, string>;
  }) {
    super(message);
    this.name = 'S3Error';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The XML document that S3 sends with an error. */
export function errorDocument(error: S3Error, resource: string, requestId: string): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    `<Error>${element('Code', error.code)}${element('Message', error.message)}` +
    `${element('Resource', resource)}${element('RequestId', requestId)}</Error>`
  );
}

export const noSuchBucket = (bucket: string) =>
  new S3Error({ status: 404, code: 'NoSuchBucket', message: `The specified bucket does not exist: ${bucket}` });

export const noSuchKey = () =>
  new S3Error({ status: 404, code: 'NoSuchKey', message: 'The specified key does not exist.' });

export const preconditionFailed = (condition: string) =>
  new S3Error({
    status: 412,
    code: 'PreconditionFailed',
    message: `At least one of the pre-conditions you specified did not hold: ${condition}`,
  });

export const badDigest = (name: string) =>
  new S3Error({ status: 400, code: 'BadDigest', message: `The ${name} you specified did not match what we received.` });

export const invalidArgument = (message: string) => new S3Error({ status: 400, code: 'InvalidArgument', message });

export const methodNotAllowed = () =>
  new S3Error({
    status: 405,
    code: 'MethodNotAllowed',
    message: 'The specified method is not allowed against this resource.',
  });

/** For what S3 can do and this endpoint cannot: said aloud, since a wrong answer would cost a user an afternoon. */
export const notImplemented = (what: string) =>
  new S3Error({ status: 501, code: 'NotImplemented', message: `The local S3 endpoint does not support ${what}.` });
