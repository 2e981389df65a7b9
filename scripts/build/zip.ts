import { zipSync, type Zippable } from 'fflate';

/** 644 of a plain file, where a zip keeps Unix modes: Lambda runs as another user than the one who unpacks. */
const READABLE = 0o100_644 * 2 ** 16;
const UNIX = 3;

/** A zip of files at its top level. The same files give the same bytes, so that a deployment shows what has changed. */
export function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  // The first year that a zip can tell. fflate writes local time, and this is local time, so that no time zone shows.
  const mtime = new Date(1980, 0, 1, 12);
  const entries = Object.keys(files)
    .sort()
    .map((name) => [name, [files[name]!, { attrs: READABLE, os: UNIX, mtime }]] as const);
  return zipSync(Object.fromEntries(entries) as unknown as Zippable, { level: 9 });
}
