/** A test that holds an invariant: its file, and words of its name. */
export interface Holder {
  readonly file: string;
  readonly says: string;
}

/** What must always hold of the warehouse's tables once they are settled, and where a test would turn red. */
export interface Invariant {
  readonly number: number;
  readonly says: string;
  readonly held: readonly Holder[];
}

const histories: Holder = {
  file: 'test/model/histories.test.ts',
  says: 'whatever happens, the warehouse is what the contract makes of the objects',
};
const example = (says: string): Holder => ({ file: 'test/model/examples.ts', says });

/** Holds 1 to 6 and 10 for what settling works out, against the generator's own counts. */
const truth: Holder = {
  file: 'test/etl/truth.test.ts',
  says: 'sessions, orders, visitors and rollups are what the traffic’s maker knows them to be',
};
/** Sessions, orders, visitors and rollups against a recompute from all events; asked by every test of the tables. */
const settled: Holder = {
  file: 'test/support/expect-settled.ts',
  says: 'settled bit by bit, the tables are those of a recompute',
};
const recomputed: Holder = {
  file: 'test/etl/settled-tables.test.ts',
  says: 'as a recompute from all events gives them, by any rule, in any order of hours',
};

/** The invariants in their order. A test checks that each file is there and still has a test of that name. */
export const INVARIANTS: readonly Invariant[] = [
  {
    number: 1,
    says: 'Loading an hour again changes nothing.',
    held: [histories, { file: 'test/etl/load-an-hour.test.ts', says: 'a second run changes nothing' }, truth],
  },
  {
    number: 2,
    says: 'Neither the order of keys, nor pages, nor the order in which GETs end makes a difference.',
    held: [
      {
        file: 'test/model/arrangements.test.ts',
        says: 'keys in any order, pages of any size and GETs that end in any order give the same tables',
      },
      truth,
    ],
  },
  {
    number: 3,
    says: 'A kill anywhere leaves whole batches, and the next run makes the same tables of them.',
    held: [
      histories,
      { file: 'test/crash/killed-runs.test.ts', says: 'gives the same tables however often it is killed' },
      { file: 'test/crash/killed-postgres.test.ts', says: 'gives the same tables however often the server is killed' },
      { file: 'test/faults/postgres-faults.test.ts', says: 'a connection that breaks is made anew' },
      settled,
    ],
  },
  {
    number: 4,
    says: 'Runs at once, of one hour or of hours that share visitors, make the same tables.',
    held: [
      histories,
      example('hours that share visitors and events are loaded at once'),
      { file: 'test/faults/concurrent-runs.test.ts', says: 'runs of one hour at once' },
      settled,
    ],
  },
  {
    number: 5,
    says: 'Hours in any order, late ones included, make the same tables.',
    held: [
      { file: 'test/model/arrangements.test.ts', says: 'hours in any order, late ones included' },
      { file: 'test/etl/settle-sessions.test.ts', says: 'for hours in any order' },
      recomputed,
      truth,
    ],
  },
  {
    number: 6,
    says: 'Batches, key ranges and objects of any size make the same tables.',
    held: [{ file: 'test/model/arrangements.test.ts', says: 'batches, key ranges and objects of any size' }, truth],
  },
  {
    number: 7,
    says: 'The ledger balances, to the record and to the byte.',
    held: [histories, { file: 'test/support/ledger.ts', says: 'the runs of each unit add up to its checkpoint' }],
  },
  {
    number: 8,
    says: 'A redriven reject leaves the tables as if it had never been rejected.',
    held: [
      histories,
      example('what a faulty transform rejected is tried again'),
      {
        file: 'test/etl/redrive.test.ts',
        says: 'a redriven reject leaves the tables as if it had never been rejected',
      },
      settled,
    ],
  },
  {
    number: 9,
    says: 'A poison record rejects itself alone.',
    held: [histories, { file: 'test/etl/rejects.test.ts', says: 'and its neighbours are loaded' }],
  },
  {
    number: 10,
    says: 'Derived sessions of a visitor are further apart than the timeout, and add up to the events.',
    held: [
      histories,
      { file: 'test/etl/settle-sessions.test.ts', says: 'the same sessions as the rule applied at once' },
      { file: 'test/support/expect-settled.ts', says: 'sessions count the events that name them' },
      { file: 'test/support/expect-settled.ts', says: 'further apart than the timeout' },
      truth,
    ],
  },
  {
    number: 11,
    says: 'Memory does not grow with the hour.',
    held: [
      { file: 'test/model/memory.test.ts', says: 'an hour of more than twice the heap is loaded within it' },
      { file: 'bench/memory.ts', says: 'the peak memory of the process' },
      { file: 'src/etl/pipeline/read-objects.test.ts', says: 'never more bytes than may be read ahead' },
    ],
  },
  {
    number: 12,
    says: 'A run ends before its deadline, cleanly.',
    held: [
      { file: 'test/faults/deadlines.test.ts', says: 'the run ends in time' },
      { file: 'test/faults/lambda-deadlines.test.ts', says: 'Postgres that takes longer than there is time' },
      { file: 'test/etl/resume.test.ts', says: 'makes progress within 2.5 s and ends before its time is up' },
    ],
  },
  {
    number: 13,
    says: 'No secret and no personal data are in logs, errors included.',
    held: [{ file: 'test/security/logs.test.ts', says: 'is loaded without a word of it in any log line' }],
  },
  {
    number: 14,
    says: 'A 2xx of the ingest means stored.',
    held: [
      histories,
      { file: 'src/ingest/handler.test.ts', says: 'stored under the hour of its receipt, and only then accepted' },
      { file: 'src/ingest/store.test.ts', says: 'a 200 that does not come from a store confirms nothing' },
    ],
  },
  {
    number: 15,
    says: 'An empty hour and a failed listing are told apart.',
    held: [
      {
        file: 'test/etl/hours.test.ts',
        says: 'an empty hour completes, and a missing bucket is an error that names it',
      },
      {
        file: 'test/faults/s3-refusals.test.ts',
        says: 'an hour without objects is completed, and one that cannot be listed is not',
      },
    ],
  },
  {
    number: 16,
    says: 'Time zone, locale and clock make no difference.',
    held: [
      { file: 'test/model/environment.test.ts', says: 'time zone, locale and clock make no difference to a byte' },
    ],
  },
];
