import { ClickstreamError } from '../errors.ts';

/** What is wrong with one event of a request: where it stood in the body, which field, and what to do about it. */
export interface EventError {
  /** Position in the array that was sent; 0 for a single event and for the body as a whole. */
  readonly index: number;
  /** Name of the field; empty when the whole element or body is meant. */
  readonly field: string;
  readonly message: string;
}

interface RefusalDetails {
  readonly statusCode: 400 | 404 | 405 | 413;
  readonly code: string;
  /** Goes to the client as it is, so it never quotes what the client sent. */
  readonly message: string;
  readonly errors?: readonly EventError[];
}

/** The client's mistake, as opposed to ours: answered with a 4xx and never logged. */
export class Refusal extends ClickstreamError {
  readonly statusCode: number;
  readonly errors: readonly EventError[] | undefined;

  constructor({ statusCode, code, message, errors }: RefusalDetails) {
    super({ code, stage: 'ingest', message });
    this.name = 'Refusal';
    this.statusCode = statusCode;
    this.errors = errors;
  }
}

/**
 * A body that cannot be taken as a whole. It still carries one entry in `errors`, so that a client may always read
 * `errors[0].message` of a 400.
 */
export function badBody(code: string, message: string): Refusal {
  return new Refusal({ statusCode: 400, code, message, errors: [{ index: 0, field: '', message }] });
}
