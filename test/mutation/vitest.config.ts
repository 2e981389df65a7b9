import { defineConfig } from 'vitest/config';

/** For the mutation run only: the unit tests of the engine, in one thread, which is what a run per mutant costs least in. */
export default defineConfig({
  test: {
    include: ['src/etl/**/*.test.ts'],
    isolate: false,
    testTimeout: 60_000,
    setupFiles: ['test/mutation/fixed-seed.ts'],
  },
});
