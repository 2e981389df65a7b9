/** The two bytes that every gzip member, and no JSON text, begins with. */
export const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Whether a stored object that begins with these bytes is gzip. */
export function isGzip(head: Buffer): boolean {
  return head[0] === GZIP_MAGIC[0] && head[1] === GZIP_MAGIC[1];
}

const DEFLATE = 8;
const FIXED_BYTES = 10;
const FLAG_CHECKSUM = 2;
const FLAG_EXTRA = 4;
const FLAG_NAME = 8;
const FLAG_COMMENT = 16;
const FLAGS_RESERVED = 0xe0;

/** A header holds a file's name and comment at most; one that is still not over by then is no header. */
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * How many bytes the gzip header at the beginning of `bytes` takes (RFC 1952): `more` if it is not all there yet, `bad`
 * if it is none.
 */
export function gzipHeaderLength(bytes: Buffer): number | 'more' | 'bad' {
  const more = bytes.length > MAX_HEADER_BYTES ? 'bad' : 'more';
  const known = Math.min(bytes.length, GZIP_MAGIC.length);
  if (!bytes.subarray(0, known).equals(GZIP_MAGIC.subarray(0, known))) return 'bad';
  if (bytes.length < FIXED_BYTES) return more;
  const flags = bytes[3]!;
  if (bytes[2] !== DEFLATE || (flags & FLAGS_RESERVED) !== 0) return 'bad';
  let at = FIXED_BYTES;
  if ((flags & FLAG_EXTRA) !== 0) {
    if (bytes.length < at + 2) return more;
    at += 2 + bytes.readUInt16LE(at);
  }
  for (const flag of [FLAG_NAME, FLAG_COMMENT]) {
    if ((flags & flag) === 0) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) return more;
    at = end + 1;
  }
  if ((flags & FLAG_CHECKSUM) !== 0) at += 2;
  return at <= bytes.length ? at : more;
}
