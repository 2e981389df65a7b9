import { Random } from '../../../src/local/traffic/random.ts';
import { CORPUS } from '../corpus.ts';
import { mutated, shortened } from './mutate.ts';
import { loadTarget } from './target.ts';

/**
 * `npm run fuzz`: looks for a text that the decoder takes apart otherwise than the rule says, guided by the branches
 * that texts take. `npm run fuzz -- 600` takes 600 seconds instead of 60; CLICKSTREAM_SEED replays a search.
 */
const seconds = Number(process.argv[2] ?? 60);
if (!(seconds > 0)) throw new Error('Usage: npm run fuzz -- SECONDS');
const seed = process.env['CLICKSTREAM_SEED'] ?? String(Date.now());
const random = Random.seeded(seed);
const REPORT_EVERY_MS = 10_000;

// Most texts end in a syntax error; nobody reads where it was thrown.
Error.stackTraceLimit = 0;
const { check, hits, places } = await loadTarget();
const seen = new Uint8Array(hits.length);
const kept: Buffer[] = [];
let executions = 0;

/** Whether a text took a branch that none before took, or took it more often; as libFuzzer, in powers of two. */
function isNew(): boolean {
  let found = false;
  for (let at = 0; at < hits.length; at += 1) {
    if (hits[at] === 0) continue;
    const magnitude = 1 << (31 - Math.clz32(hits[at]!));
    if ((seen[at]! & magnitude) !== 0) continue;
    seen[at]! |= magnitude;
    found = true;
  }
  return found;
}

function failure(text: Buffer): string | undefined {
  try {
    check(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function attempt(text: Buffer): void {
  executions += 1;
  hits.fill(0);
  const message = failure(text);
  if (message !== undefined) reportFinding(text, message);
  if (isNew()) kept.push(text);
}

/** What was found last leads on most often, and short texts are quick. */
function parent(): Buffer {
  const oldest = random.chance(0.5) ? Math.max(0, kept.length - 20) : 0;
  const [one, other] = [kept[random.int(oldest, kept.length - 1)]!, kept[random.int(oldest, kept.length - 1)]!];
  return one.length < other.length ? one : other;
}

function reportFinding(text: Buffer, message: string): never {
  const kind = message.split('\n', 1)[0];
  const short = shortened(text, (shorter) => failure(shorter)?.split('\n', 1)[0] === kind);
  console.error(`\nFound after ${executions} executions (CLICKSTREAM_SEED=${seed}), add it to test/fuzz/corpus.ts:`);
  console.error(`  Buffer.from('${short.toString('base64')}', 'base64'): ${JSON.stringify(short.toString('latin1'))}`);
  console.error(failure(short));
  process.exit(1);
}

const began_ms = performance.now();
const passed_ms = (): number => performance.now() - began_ms;

function report(): void {
  const taken = seen.filter((magnitudes) => magnitudes !== 0).length;
  const rate = Math.round((executions * 1000) / passed_ms());
  console.info(
    `${Math.round(passed_ms() / 1000)} s: ${executions} executions, ${rate}/s, ` +
      `${taken} of ${seen.length} branches of the decoder, ${kept.length} texts kept`,
  );
}

console.info(`CLICKSTREAM_SEED=${seed}, ${seconds} s`);
for (const text of CORPUS) attempt(Buffer.from(text, 'latin1'));
let reported_ms = 0;
while (passed_ms() < seconds * 1000) {
  attempt(mutated(parent(), random, random.pick(kept)));
  if (passed_ms() - reported_ms < REPORT_EVERY_MS) continue;
  reported_ms = passed_ms();
  report();
}
report();
console.info(`Never taken: ${places.filter((_, at) => seen[at] === 0).join(' ')}`);
