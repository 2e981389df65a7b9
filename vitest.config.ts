import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The package by its name, as examples import it, from its sources. */
const alias = [
  { find: /^clickstream$/, replacement: fileURLToPath(new URL('src/package/index.ts', import.meta.url)) },
  { find: /^clickstream\/(.*)$/, replacement: `${fileURLToPath(new URL('src/package/', import.meta.url))}$1.ts` },
];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'bench/**/*.test.ts'],
          isolate: false,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/support/global-setup.ts'],
          setupFiles: ['test/support/capture-logs.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 4,
          // After the unit tests: what they find is cheaper to find.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
