import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Body, type BodyWriter, FileBody, FileWriter } from './body.ts';
import { Bucket, type ObjectInfo, type StoredObject } from './bucket.ts';

interface PutEntry extends ObjectInfo {
  readonly key: string;
  readonly file: string;
  readonly size: number;
}

/** A line of the journal: an object that was put, or one that was deleted. */
type Entry = PutEntry | { readonly key: string; readonly deleted: true };

const JOURNAL = 'journal.ndjson';
const OBJECTS = 'objects';

/**
 * A bucket whose objects are files. Their names are random, so that any key will do on any file system; a journal with a
 * line per change says which key each belongs to.
 *
 * An object exists from the moment its line is in the journal, after its file is complete. So a process killed at any point
 * leaves whole objects only, and files without a line, which the next start removes. One process at a time may use it.
 */
export class DiskBucket extends Bucket {
  readonly #folder: string;
  readonly #files = new WeakMap<Body, string>();
  readonly #journal: number;

  constructor(folder: string, name: string, created: number) {
    super(name, created);
    this.#folder = folder;
    mkdirSync(join(folder, OBJECTS), { recursive: true });
    this.#load();
    this.#journal = openSync(join(folder, JOURNAL), 'a');
  }

  override newBody(): BodyWriter {
    const file = randomBytes(16).toString('hex');
    const path = this.#path(file);
    mkdirSync(join(this.#folder, OBJECTS, file.slice(0, 2)), { recursive: true });
    const writer = new FileWriter(path);
    return {
      write: (bytes) => writer.write(bytes),
      abort: () => writer.abort(),
      finish: async () => {
        const body = await writer.finish();
        this.#files.set(body, file);
        return body;
      },
    };
  }

  override put(key: string, object: StoredObject): void {
    const { body, ...info } = object;
    const file = this.#files.get(body);
    if (file === undefined) throw new Error('the body belongs to another bucket');
    this.#append({ key, file, size: body.size, ...info });
    super.put(key, object);
  }

  override delete(key: string): boolean {
    if (!this.objects.has(key)) return false;
    this.#append({ key, deleted: true });
    return super.delete(key);
  }

  override close(): void {
    closeSync(this.#journal);
  }

  #append(entry: Entry): void {
    const line = Buffer.from(`${JSON.stringify(entry)}\n`);
    if (writeSync(this.#journal, line) === line.length) return;
    // The disk is full. A line of its own for the half, so that the next entry is not lost with it.
    writeSync(this.#journal, '\n');
    throw new Error(`the journal of bucket ${this.name} could not be written`);
  }

  #load(): void {
    const path = join(this.#folder, JOURNAL);
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [''];
    // What follows the last newline is a line that was being written when the process was killed.
    lines.pop();
    const live = new Map<string, PutEntry>();
    for (const line of lines) {
      const entry = parseEntry(line);
      if (!entry) continue;
      if ('deleted' in entry) live.delete(entry.key);
      else live.set(entry.key, entry);
    }
    // Written anew at each start: it drops a half line, and keeps the journal from growing for ever.
    const fresh = `${path}.new`;
    writeFileSync(fresh, Array.from(live.values(), (entry) => `${JSON.stringify(entry)}\n`).join(''));
    renameSync(fresh, path);

    for (const { key, file, size, ...info } of live.values()) {
      const body = new FileBody(this.#path(file), size);
      this.#files.set(body, file);
      super.put(key, { ...info, body });
    }
    this.#removeStrays(new Set(Array.from(live.values(), (entry) => entry.file)));
  }

  #removeStrays(known: ReadonlySet<string>): void {
    const objects = join(this.#folder, OBJECTS);
    for (const folder of readdirSync(objects)) {
      for (const file of readdirSync(join(objects, folder))) {
        if (!known.has(file)) rmSync(join(objects, folder, file), { force: true });
      }
    }
  }

  /** Spread over 256 folders, since some tools are slow with a hundred thousand files in one. */
  #path(file: string): string {
    return join(this.#folder, OBJECTS, file.slice(0, 2), file);
  }
}

/** Undefined for a half line, which belongs to a change that was refused. */
function parseEntry(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry;
  } catch {
    return undefined;
  }
}
