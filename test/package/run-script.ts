import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a file of a project with nothing in its environment but what is given, and gives what it wrote to stdout. */
export async function runScript(
  node: string,
  project: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(node, args, { cwd: project, env, timeout: 30_000 });
  return stdout;
}

/** Runs events through transforms, the way the engine does, with what the package exports. */
export const FEED = `
  import { definePipeline } from 'clickstream';
  export async function feed(transforms, events = [{ eventId: 'a', product: { price: 3, discountPrice: 2 } }, { eventId: 'b' }]) {
    const run = await definePipeline(transforms).open({ sessionTimeout_ms: 1_800_000 });
    const records = events.map((event, index) => {
      const bytes = Buffer.from(JSON.stringify(event));
      const piece = { ok: true, event, index, start_bytes: 0, end_bytes: bytes.length, bytes, from: 0, to: bytes.length };
      return run.record(piece, { key: 'events/2025/12/06/05/a.json', etag: '"1"', size_bytes: 1, lastModified_ms: 0 });
    });
    const { records: out, rejects } = await run.process(records);
    if (rejects.length > 0) throw new Error(rejects[0].detail);
    return out.map(({ row }) => row);
  }`;

export const FEED_TYPES = `export declare function feed(transforms: readonly unknown[], events?: readonly object[]): Promise<Record<string, unknown>[]>;`;
