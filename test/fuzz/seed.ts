/**
 * The seed of a test file's random choices, printed so that CLICKSTREAM_SEED can replay them. With the failing case
 * fast-check also prints a path; the seed alone finds the same case.
 */
export function fuzzSeed(): number {
  const given = process.env['CLICKSTREAM_SEED'];
  const seed = given === undefined ? Date.now() % 0x7fffffff : numberOf(given);
  console.info(`CLICKSTREAM_SEED=${given ?? seed}`);
  return seed;
}

/** Other tests take any text for a seed, so a text that is no number has one, too. */
function numberOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  let hash = 0;
  for (const unit of text) hash = (Math.imul(hash, 31) + unit.codePointAt(0)!) | 0;
  return hash & 0x7fffffff;
}
