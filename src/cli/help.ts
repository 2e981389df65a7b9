import { EXIT_HELP } from './exit-codes.ts';

const WAREHOUSE_VARIABLES = `  DW_PG_HOST, DW_PG_USER, DW_PG_DATABASE   the warehouse (required)
  DW_PG_PORT, DW_PG_PASSWORD               5432; none
  DW_PG_SSL, DW_PG_SSL_CA                  "true" checks the server's certificate, against this CA
  TARGET_TABLE                             clickstream_events, or schema.table`;

/** After the flags of `clickstream etl`. */
export const ETL_HELP = `
Without an hour it does what the schedule does: the hour before this one, then the open hours before that
(CATCH_UP_HOURS). An hour that is asked for is read again in any case; that changes nothing that is right already.

Environment:
  RAW_BUCKET_NAME                          the bucket with the raw events (required)
${WAREHOUSE_VARIABLES}
  MAX_RECORDS_PER_BATCH                    a strict cap; unset, batches grow to what is fastest
  SESSION_TIMEOUT_MINUTES, CATCH_UP_HOURS  30; 24
  LOG_LEVEL                                info; of the lines on stderr where it is no terminal
  AWS_ENDPOINT_URL_S3                      an S3 that is not Amazon's
  AWS_PROFILE, AWS_REGION, ...             as for any AWS tool

${EXIT_HELP}

Examples:
  clickstream etl                                             the schedule's turn
  clickstream etl --hour 2025-12-06T05                        one hour, again
  clickstream etl --from 2025-12-01T00 --to 2025-12-06T23     a backfill of six days
  clickstream etl --hour 2025-12-06T05 --dry-run | head       look at rows, write nothing
  clickstream etl --date 2025-12-06 --budget 600 --json       at most ten minutes, for a script
  clickstream etl --hour 2025-12-06T05 --pipeline pipeline.ts with transforms of your own`;

/** After the flags of `clickstream migrate`. */
export const MIGRATE_HELP = `
Applies the files of sql/migrations that the warehouse has not had, each in a transaction of its own, and adds the
columns that transforms declare. Run it again after every update; it changes nothing twice.

With --pipeline, the columns that a pipeline of your own declares are shown as SQL and added on yes. Without a terminal
nobody can say it: give --yes then.

With --roles, once and by an administrator, it also creates the group roles clickstream_owner (may migrate),
clickstream_loader (what the ETL needs) and clickstream_reader (dashboards; no dead letters' content), named after
TARGET_TABLE. Make login roles members of them. Every later run renews what they may do.

Environment:
${WAREHOUSE_VARIABLES}

Exit codes: 0 up to date, 1 failed, 2 wrong usage or configuration

Examples:
  clickstream migrate --dry-run
  clickstream migrate
  clickstream migrate --pipeline pipeline.ts           shows what it adds, and asks
  clickstream migrate --pipeline pipeline.ts --yes     for scripts
  clickstream migrate --roles`;

/** After the flags of `clickstream try`. */
export const TRY_HELP = `
Without --events, --prefix or --hour it takes sample events: a few of each kind that a shop sends. A line with + is what
a transform put into a column, one with - what was there before.

Environment:
  SESSION_TIMEOUT_MINUTES                  30

and for --prefix and --hour only:
  RAW_BUCKET_NAME                          the bucket with the raw events
  AWS_ENDPOINT_URL_S3                      an S3 that is not Amazon's
  AWS_PROFILE, AWS_REGION, ...             as for any AWS tool

Exit codes: 0 shown, 1 a transform failed, or the bucket cannot be read, 2 wrong usage or configuration

Examples:
  clickstream try pipeline.ts --watch
  clickstream try pipeline.ts --only addDiscount --events my-events.ndjson
  clickstream try --hour 2025-12-06T05 --json | jq '.events[] | select(.end) | .end'`;

/** After the flags of `clickstream status`. */
export const STATUS_HELP = `
working: every hour that ended over half an hour ago is in. behind: one is not. failing: its last run, or the last run
of all, failed or died.

Environment:
${WAREHOUSE_VARIABLES}
  CATCH_UP_HOURS                           24; how many hours before the last one to look at

Exit codes: 0 working, 1 behind, failing or not reachable, 2 wrong usage or configuration

Examples:
  clickstream status
  clickstream status --json | jq -r .message`;

/** After the flags of `clickstream runs`. */
export const RUNS_HELP = `
A row is what one invocation did with one hour, or a range of its keys. lost: the run died, or another one took over.

Environment:
${WAREHOUSE_VARIABLES}

Exit codes: 0 listed, 1 not reachable, 2 wrong usage or configuration

Examples:
  clickstream runs --failed
  clickstream runs --hour 2025-12-06T05 --json | jq -r '.[0].errorCode'`;

/** After the flags of `clickstream audit`. */
export const AUDIT_HELP = `
Lists the bucket and compares it with the ledger, hour by hour. Told are: objects not read, objects changed since they
were read (ETag or size), objects read that are gone from the bucket (lifecycle rules do that: no fault), hours never
run or not read to their end, and hours that do not balance: where the counts of a checkpoint are not those of the runs
of its pass together, or where there are not as many dead letters as were rejected (or fewer, once some were tried
again). An hour is left alone until five minutes after its end. Nothing is changed.

Environment:
  RAW_BUCKET_NAME                          the bucket with the raw events (required)
${WAREHOUSE_VARIABLES}
  AWS_ENDPOINT_URL_S3                      an S3 that is not Amazon's
  AWS_PROFILE, AWS_REGION, ...             as for any AWS tool

Exit codes: 0 everything is in, 1 an hour is to be run again, or nothing could be compared, 2 wrong usage or configuration

Examples:
  clickstream audit --date 2025-12-06
  clickstream audit --from 2025-12-01T00 --json | jq -r '.hours[] | select(.atFault) | .hour'`;

/** After the flags of `clickstream rejects`. */
export const REJECTS_HELP = `
Environment:
${WAREHOUSE_VARIABLES}
  RAW_BUCKET_NAME                          only to show places as s3:// addresses; redrive needs it

Examples:
  clickstream rejects                                          by code
  clickstream rejects show --code syntax_error --hour 2025-12-06T05
  clickstream rejects show --key events/2025/12/06/05/a.json --index 3 --raw > record.json
  clickstream rejects redrive --code transform_failed --dry-run`;

/** After the flags of `clickstream rejects redrive`. */
export const REDRIVE_HELP = `
A dead letter goes in the transaction that loads its record; one that is rejected again stays, with the reason that it
has now. Records are taken from the dead letters, and from S3 where they were not kept whole. Each hour is held while
it is worked on, as by "clickstream etl", with the same environment.

${EXIT_HELP}`;

/** After the list of commands. */
export const PROGRAM_HELP = `
"clickstream COMMAND --help" has each command's flags, environment variables, exit codes and examples.`;
