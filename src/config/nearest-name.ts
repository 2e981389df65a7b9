/**
 * The known name that an unknown one was probably meant to be, or undefined when none is close. Case and separators do
 * not count, so `target_utc_hour` finds `targetUtcHour`; beyond that a third of the letters may be wrong.
 */
export function nearestName(unknown: string, known: readonly string[]): string | undefined {
  const wanted = bare(unknown);
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of known) {
    // A name from outside may be of any length; comparing the length first keeps the work small.
    const allowed = Math.floor(name.length / 3);
    if (Math.abs(wanted.length - bare(name).length) > allowed) continue;
    const distance = editDistance(wanted, bare(name));
    if (distance <= allowed && distance < least) {
      nearest = name;
      least = distance;
    }
  }
  return nearest;
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Levenshtein's distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = above[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, above[column]! + 1, current[column - 1]! + 1));
    }
    above = current;
  }
  return above[b.length]!;
}
