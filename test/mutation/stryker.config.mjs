// @ts-check
/** What is mutated when no file is named: what decides about records, rows, counts and where a run goes on. */
const MUTATED = [
  'src/etl/transforms/*.ts',
  'src/etl/sinks/first-of-each.ts',
  'src/etl/sinks/postgres/{encode,prepared-rows,checkpoint}.ts',
  'src/etl/pipeline/{ledger,progress,listing,batches,committer,run-unit,run,unit-report,result,hours,budget}.ts',
  'src/etl/pipeline/{batch-size,batch-work,byte-gate,pipeline,prefetch,transform,uuid}.ts',
  '!src/**/*.test.ts',
  '!src/**/testing.ts',
];

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: MUTATED,
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: true },
  coverageAnalysis: 'perTest',
  // A mutant that loops for ever is found by its hit count; this is for one that waits for ever.
  timeoutMS: 10_000,
  timeoutFactor: 2,
  disableTypeChecks: false,
  allowEmpty: false,
  cleanTempDir: 'always',
  tempDirName: 'coverage/mutation/sandbox',
  ignorePatterns: ['/coverage', '/data', '/dist', '/docs', '/bench', 'test/mutation/node_modules'],
  reporters: ['progress-append-only', 'json', 'html'],
  jsonReporter: { fileName: 'coverage/mutation/report.json' },
  htmlReporter: { fileName: 'coverage/mutation/report.html' },
};
