/** A way to break the product, and the tests that must notice. */
export interface Break {
  /** Number of the invariant that it breaks; see `test/model/invariants.ts`. */
  readonly invariant: number;
  /** What would be wrong, in a few words. */
  readonly what: string;
  readonly file: string;
  /** Text that occurs once in the file, and what stands in its place when it is broken. */
  readonly from: string;
  readonly to: string;
  /** The test file that turns red; the quickest that does. */
  readonly test: string;
}

/** At least one break of each invariant. */
export const BREAKS: readonly Break[] = [
  {
    invariant: 1,
    what: 'an event without an id gets another one at each run',
    file: 'src/etl/transforms/parse.ts',
    from: '`${origin.key}#${index}`',
    to: '`${origin.key}#${Math.random()}`',
    test: 'test/etl/hours.test.ts',
  },
  {
    invariant: 1,
    what: 'the same record again counts as a new version, whatever it holds',
    file: 'sql/statements/merge-staging.sql',
    from: "WHEN (s.received_at, s.record_hash) > (e.received_at, e.record_hash) THEN 'keep'",
    to: "WHEN (s.received_at, s.record_hash) > (e.received_at, e.record_hash) THEN 'replace'",
    test: 'test/etl/rejects.test.ts',
  },
  {
    invariant: 2,
    what: 'of two records of one event in a batch the one that was read first stands',
    file: 'src/etl/sinks/first-of-each.ts',
    from: 'return a.received_at - b.received_at || a.record_hash - b.record_hash;',
    to: 'return 0;',
    test: 'src/etl/sinks/postgres/prepared-rows.test.ts',
  },
  {
    invariant: 2,
    what: 'dedupe leaves out a record that was received before the one that it saw',
    file: 'src/etl/transforms/seen-events.ts',
    from: 'return standing.received_ms < received_ms ||',
    to: 'return standing.received_ms !== received_ms ||',
    test: 'src/etl/transforms/dedupe.test.ts',
  },
  {
    invariant: 3,
    what: 'a batch is no transaction',
    file: 'src/etl/sinks/postgres/connection.ts',
    from: "await client.query('BEGIN');",
    to: "await client.query('SELECT 1');",
    test: 'test/faults/postgres-faults.test.ts',
  },
  {
    invariant: 3,
    what: 'a COMMIT whose answer was lost is taken for none',
    file: 'src/etl/sinks/postgres/claim.ts',
    from: 'if (commitNo === expected + 1 && rows[0]?.run_id === runId) return true;',
    to: '',
    test: 'test/faults/postgres-faults.test.ts',
  },
  {
    invariant: 4,
    what: 'the checkpoint moves whoever committed last',
    file: 'sql/statements/advance-checkpoint.sql',
    from: 'WHERE unit = $1 AND commit_no = $3',
    to: 'WHERE unit = $1 AND $3::bigint IS NOT NULL',
    test: 'test/faults/concurrent-runs.test.ts',
  },
  {
    invariant: 5,
    what: 'sessions are not settled',
    file: 'src/etl/sinks/postgres/settle.ts',
    from: 'await client.query(statements.settleSessions);',
    to: '',
    test: 'test/etl/settle-sessions.test.ts',
  },
  {
    invariant: 6,
    what: 'a batch that ends within an object leaves no place to go on from',
    file: 'src/etl/pipeline/batches.ts',
    from: 'if (before) batch.endWithin(chunk, before);',
    to: '',
    test: 'src/etl/pipeline/run-unit.test.ts',
  },
  {
    invariant: 7,
    what: 'duplicates are not counted',
    file: 'src/etl/pipeline/committer.ts',
    from: 'duplicates: rows.duplicates,',
    to: 'duplicates: 0,',
    test: 'test/etl/load-an-hour.test.ts',
  },
  {
    invariant: 7,
    what: 'the bytes of objects are not counted',
    file: 'src/etl/pipeline/batches.ts',
    from: 'this.counts.bytes += origin.size_bytes;',
    to: '',
    test: 'test/etl/load-an-hour.test.ts',
  },
  {
    invariant: 8,
    what: 'a dead letter stays although its record was accepted',
    file: 'src/etl/redrive/redrive-hour.ts',
    from: 'covers: { places: [...this.#ended, ...again] },',
    to: 'covers: { places: again },',
    test: 'test/etl/redrive.test.ts',
  },
  {
    invariant: 8,
    what: 'a redrive that died before it settled is never settled',
    file: 'src/etl/redrive/redrive.ts',
    from: 'if (options.dryRun !== true && budget.hasTime) await sink.settle();',
    to: '',
    test: 'test/faults/redrive-faults.test.ts',
  },
  {
    invariant: 9,
    what: 'a transform that throws over one record fails the run',
    file: 'src/etl/pipeline/transform.ts',
    from: "context.reject(record, 'transform_failed', error instanceof Error ? error.message : String(error));",
    to: 'throw error;',
    test: 'src/etl/pipeline/pipeline.test.ts',
  },
  {
    invariant: 9,
    what: 'text that Postgres cannot hold is not found out',
    file: 'src/etl/sinks/postgres/prepared-rows.ts',
    from: 'if (!(error instanceof UnfitValue)) throw error;',
    to: 'throw error;',
    test: 'test/etl/rejects.test.ts',
  },
  {
    invariant: 10,
    what: 'a pause of exactly the timeout ends a session',
    file: 'sql/statements/settle-sessions.sql',
    from: 'e.event_timestamp > :timeout + lag(e.event_timestamp)',
    to: 'e.event_timestamp >= :timeout + lag(e.event_timestamp)',
    test: 'test/etl/settle-sessions.test.ts',
  },
  {
    invariant: 11,
    what: 'objects are read ahead without a bound',
    file: 'src/etl/pipeline/read-objects.ts',
    from: 'await gate.enter(origin.size_bytes);',
    to: '',
    test: 'src/etl/pipeline/read-objects.test.ts',
  },
  {
    invariant: 12,
    what: 'nobody looks at the clock',
    file: 'src/etl/pipeline/budget.ts',
    from: 'this.#timer = setTimeout(() => this.#stop.abort(), Math.max(0, wait_ms));',
    to: 'this.#timer = setTimeout(() => undefined, Math.max(0, wait_ms));',
    test: 'test/faults/deadlines.test.ts',
  },
  {
    invariant: 13,
    what: 'an error quotes what Postgres says, whatever it is about',
    file: 'src/etl/sinks/postgres/connection.ts',
    from: 'TELLING.test(code) && inFunction === undefined ?',
    to: 'code !== "" ?',
    test: 'test/security/logs.test.ts',
  },
  {
    invariant: 14,
    what: 'the ingest answers before S3 has',
    file: 'src/ingest/handler.ts',
    from: 'await store.put(object, { signal });',
    to: 'void store.put(object, { signal }).catch(() => undefined);',
    test: 'src/ingest/handler.test.ts',
  },
  {
    invariant: 15,
    what: 'a page that is no listing is an empty one',
    file: 'src/etl/sources/s3/listing-page.ts',
    from: "if (!root) throw new SyntaxError('the answer is no listing');",
    to: 'if (!root) return { origins: [] };',
    test: 'src/etl/sources/s3/listing-page.test.ts',
  },
  {
    invariant: 16,
    what: 'a time without a zone is the machine’s',
    file: 'src/etl/transforms/time.ts',
    from: 'date.setUTCFullYear(y, mo - 1, d);',
    to: 'date.setFullYear(y, mo - 1, d);',
    test: 'test/model/environment.test.ts',
  },
];
