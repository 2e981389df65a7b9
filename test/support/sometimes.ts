import { afterAll, expect } from 'vitest';

/**
 * What must have happened at least once by the end of a file's tests. A test of accidents that met none proves nothing,
 * and nothing else would tell.
 */
export class Sometimes<Name extends string> {
  readonly #seen: Record<Name, number>;

  constructor(...names: readonly Name[]) {
    this.#seen = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
    afterAll(() => {
      const never = names.filter((name) => this.#seen[name] === 0);
      expect(never, `never happened, of ${JSON.stringify(this.#seen)}`).toEqual([]);
    });
  }

  saw(name: Name, times = 1): void {
    this.#seen[name] += times;
  }
}
