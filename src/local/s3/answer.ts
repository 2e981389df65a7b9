import type { OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** What an operation answers with. */
export interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer | string | Readable;
}

/** An answer whose body is a document of XML. */
export function xmlAnswer(body: string, status = 200): Answer {
  // As bytes: node:http would go through a text twice, for its length and to send it.
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) };
}
