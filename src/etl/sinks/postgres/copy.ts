import type { Writable } from 'node:stream';
import type { Client, Connection, Submittable } from 'pg';

/** Rows for a table. */
export interface Copy {
  /** `COPY ... FROM STDIN`. */
  readonly statement: string;
  /** Lines of COPY's text format, each without its line end. */
  readonly lines: readonly string[];
}

/**
 * Sends rows for any number of tables. All at once: the server reads what follows when it gets to it, so that there is one
 * answer to wait for, where asking for each COPY and then sending its rows would be two for each. What is sent is in memory
 * already, and a batch is bounded.
 *
 * @throws pg.DatabaseError of the first COPY that failed; those after it were not begun.
 */
export async function copyLines(client: Client, ...copies: readonly Copy[]): Promise<void> {
  const some = copies.filter(({ lines }) => lines.length > 0);
  if (some.length === 0) return;
  await new Promise<void>((resolve, reject) => {
    client.query(new CopyQuery(some, (error) => (error ? reject(error) : resolve())));
  });
}

/** What a query is told by the client, as far as COPY goes; `@types/pg` knows of `submit` only. */
class CopyQuery implements Submittable {
  readonly #copies: readonly Copy[];
  readonly #done: (error?: Error) => void;

  constructor(copies: readonly Copy[], done: (error?: Error) => void) {
    this.#copies = copies;
    this.#done = done;
  }

  submit(connection: Connection): void {
    const { stream } = connection as Connection & { readonly stream: Writable };
    stream.cork();
    connection.query(this.#copies.map(({ statement }) => statement).join('; '));
    for (const { lines } of this.#copies) {
      for (const message of dataMessages(lines)) stream.write(message);
      stream.write(COPY_DONE);
    }
    stream.uncork();
  }

  handleError(error: Error): void {
    this.#done(error);
  }

  handleReadyForQuery(): void {
    this.#done();
  }

  handleCopyInResponse(): void {
    // The rows are on their way.
  }

  handleCommandComplete(): void {
    // Of one of several.
  }
}

// Per row, one write costs 1.94 us and a share of a 64 KB write 0.17 us.
const CHUNK_LENGTH = 64 * 1024;

/** A message's type and length; the length counts itself. */
const HEADER_BYTES = 5;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);
const COPY_DATA = 0x64;

function* dataMessages(lines: readonly string[]): Generator<Buffer> {
  // Room for the header, filled in when the length is known.
  const empty = '\0'.repeat(HEADER_BYTES);
  let chunk = empty;
  for (const [at, line] of lines.entries()) {
    chunk += line;
    chunk += '\n';
    if (chunk.length < CHUNK_LENGTH && at < lines.length - 1) continue;
    const message = Buffer.from(chunk);
    message[0] = COPY_DATA;
    message.writeUInt32BE(message.length - 1, 1);
    yield message;
    chunk = empty;
  }
}
