import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/**
 * What a test's `onRequest` may return to have a request end badly in ways that an error answer does not cover:
 *
 * - `answer`: this, instead of what S3 would say. A proxy's HTML page with status 200, say.
 * - `cut`: the connection breaks after so many bytes of the body; before the headers if negative.
 * - `stall`: after so many bytes of the body nothing more comes, though the connection stays.
 */
export type Fault =
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: OutgoingHttpHeaders; readonly body?: string }
  | { readonly kind: 'cut' | 'stall'; readonly afterBytes: number };

/** Lets a response's body through up to the fault. Returns false once nothing more is to be written. */
export function faultyWrite(response: ServerResponse, fault: Fault & { kind: 'cut' | 'stall' }) {
  let remaining = fault.afterBytes;
  return (bytes: Buffer): boolean => {
    const piece = bytes.subarray(0, Math.max(0, remaining));
    remaining -= bytes.length;
    if (remaining > 0) {
      response.write(piece);
      return true;
    }
    if (piece.length > 0) response.write(piece);
    // A turn later, so that these bytes are on their way.
    if (fault.kind === 'cut') setImmediate(() => response.destroy());
    return false;
  };
}
