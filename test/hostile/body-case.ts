/** What somebody may send or store as a whole, and what must come of it. */
export interface BodyCase {
  readonly name: string;
  readonly body: Buffer;
  /**
   * What an object of this body comes to, record by record: `+mark` is the event of that mark, loaded, and anything else
   * is the code of a reject.
   */
  readonly loaded: readonly string[];
  /** What posting it comes to: the marks of the events that are stored, or the status of the refusal. */
  readonly posted: readonly string[] | 400 | 413;
}

/** A case; its outcomes as words, as in `+a syntax_error +b`. Without `posted` the ingest refuses the body with 400. */
export function body(
  name: string,
  parts: Part | readonly Part[],
  outcomes: string,
  posted: string | 413 = '',
): BodyCase {
  const list = typeof parts === 'string' || Buffer.isBuffer(parts) ? [parts] : parts;
  const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
  return {
    name,
    body: Buffer.concat(list.map((part) => Buffer.from(part as string))),
    loaded: words(outcomes),
    posted: posted === 413 ? 413 : posted === '' ? 400 : words(posted),
  };
}

type Part = string | Buffer;

/** JSON text of an event with a mark, and with members of its own as JSON text. */
export function marked(mark: string, members = ''): string {
  return `{"eventName":"hostile","mark":"${mark}"${members === '' ? '' : `,${members}`}}`;
}
