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

With --adopt, once, where TARGET_TABLE names a table that another ETL made: it is renamed to NAME_before_adoption and kept,
and each of its rows becomes an event of the new table, by the rules for events from S3. Product columns may begin with
context_product_; what no column is for goes to properties. Stop what writes to it first. Run it again if it was stopped.

Environment:
${WAREHOUSE_VARIABLES}
  SESSION_TIMEOUT_MINUTES, ...             of --adopt: as for "clickstream etl", since adopted events are settled

Exit codes: 0 up to date, 1 failed, 2 wrong usage or configuration

Examples:
  clickstream migrate --dry-run
  clickstream migrate
  clickstream migrate --pipeline pipeline.ts           shows what it adds, and asks
  clickstream migrate --pipeline pipeline.ts --yes     for scripts
  clickstream migrate --roles
  clickstream migrate --adopt --dry-run`;

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

const RULE_VARIABLES = `  SESSION_TIMEOUT_MINUTES                  30; a longer pause starts another session
  SESSION_CUT_AT_MIDNIGHT                  false; "true" ends sessions at midnight, too
  REPORTING_TIME_ZONE                      UTC; whose days and midnights these are`;

/** After the flags of `clickstream rebuild`. */
export const REBUILD_HELP = `
Works out sessions, orders, visitors and rollups anew, from the events alone, by the rule that the environment gives; it is
the warehouse's rule from then on, and runs with another one stop. Dashboards show what was there before until it is
done. Runs may go on loading meanwhile: what they commit is settled afterwards. In one transaction, by a member of the
role that owns the tables.

Environment:
${WAREHOUSE_VARIABLES}
${RULE_VARIABLES}

Exit codes: 0 done, 1 failed and nothing changed, 2 wrong usage or configuration

Examples:
  clickstream rebuild --dry-run
  SESSION_TIMEOUT_MINUTES=45 clickstream rebuild
  clickstream rebuild --json | jq .after.revenue`;

/** After the flags of `clickstream replay`. */
export const REPLAY_HELP = `
Loads the hours into a schema of its own, by the transforms and the rule at hand, and says what is different from the
warehouse: events inserted, changed and removed, by column, and what that makes of sessions, orders and revenue. Then the
schema is dropped; one that a killed replay left is dropped by the next. With --apply the hours are replaced, all of
them in one transaction, and settled, as one more pass in the ledger.

An event is removed when its record was read and makes none any more; what is no longer in the bucket takes nothing with
it. Where several hours have records of one event and the one that stands is dropped now, replay them together.

Needs CREATE on the database and a member of the loader role; --apply needs a member of the owner role.

Environment: that of "clickstream etl"

Exit codes: 0 compared, or replaced, 1 failed, 2 wrong usage or configuration, 4 busy: a run has one of the hours

Examples:
  clickstream replay --date 2025-12-06
  clickstream replay --from 2025-12-01T00 --to 2025-12-06T23 --json | jq .columns
  clickstream replay --date 2025-12-06 --apply`;

/** After the flags of `clickstream sessions what-if`. */
export const WHAT_IF_HELP = `
Compares the derived sessions of the warehouse with what they would be by another rule: how many, how long, how many
bounce or order, how many of now are split or joined. What is not given of the rule is the warehouse's. Sessions that
clients named are not affected. The bars say how long visitors pause between two events, around both timeouts: a good
timeout lies where few do. Nothing is changed; "clickstream rebuild" changes the rule. A member of the reader role may.

Environment:
${WAREHOUSE_VARIABLES}

Exit codes: 0 compared, 1 failed, 2 wrong usage or configuration

Examples:
  clickstream sessions what-if --timeout 45
  clickstream sessions what-if --cut-at-midnight --time-zone Europe/Berlin --by-day --from 2025-12-01T00`;

/** After the flags of `clickstream plan`. */
export const PLAN_HELP = `
Hours of the bucket are listed, and a few of their objects read to see how many events there are. The times come from
measured costs of one core, a core's share that Lambda gives to each size of memory, and a warehouse that is as fast as the one
measured. "npm run bench -- forecasts lambda" says how far they are off.

Environment, for hours of the bucket only:
  RAW_BUCKET_NAME                          the bucket with the raw events
  AWS_ENDPOINT_URL_S3                      an S3 that is not Amazon's
  AWS_PROFILE, AWS_REGION, ...             as for any AWS tool

Exit codes: 0 said, 1 the bucket cannot be read, 2 wrong usage or configuration

Examples:
  clickstream plan --hour 2025-12-06T05
  clickstream plan --prefix events/2025/12/ --memory 256
  clickstream plan --events 50000 --events-per-object 20 --json | jq .forecast.seconds`;

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

/** After the flags of `clickstream orders reconcile`. */
export const RECONCILE_HELP = `
Of each order in the shop's table: was it seen, and with the same total? An event may be up to a day away from the shop's
own time. Told are orders not seen, orders whose totals (or currencies) differ, and orders that only clickstream has. Both
databases are only read. Times without a zone are UTC.

Environment:
${WAREHOUSE_VARIABLES}
  SHOP_DATABASE_URL                        postgres://user:password@host:5432/database?sslmode=verify-full

Exit codes: 0 compared, 1 less was seen than --min-coverage, or not reachable, 2 wrong usage or configuration

Examples:
  clickstream orders reconcile --date 2025-12-06 --currency currency
  clickstream orders reconcile --date 2025-12-06 --table shop.Order --id id --time createdAt --min-coverage 98
  clickstream orders reconcile --date 2025-12-06 --json --list 100000 | jq -r '.missing[].id'`;

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

const SETTLING_VARIABLES = `  SESSION_TIMEOUT_MINUTES, SESSION_CUT_AT_MIDNIGHT, REPORTING_TIME_ZONE   as for the ETL`;

/** After the flags of `clickstream erase`. */
export const ERASE_HELP = `
Shows how much there is and asks before it does anything. A salted hash of each id stays (a tombstone): records of theirs
that are read again, by whatever run, are dropped and counted under the reason "erased". What others did with a client that
they share stays. Needs a member of the owner role. Doing it again is safe, and finishes what was interrupted.

Raw objects in S3 are left alone, unless --raw is given: then their records in them are replaced by {"_erased":true} (with
the time of receipt), each object is written only if nobody changed it meanwhile, and the hours are read again by the usual
run, so that the ledger knows the objects. It goes by the tombstones, so that records of those erased before go as well. Give
your --pipeline, if you have one. Needs s3:PutObject on events/*. Versioned buckets keep the old versions: see docs/privacy.md.

Environment:
${WAREHOUSE_VARIABLES}
${SETTLING_VARIABLES}
  RAW_BUCKET_NAME, AWS_ENDPOINT_URL_S3, AWS_PROFILE, AWS_REGION, ...      of --raw: as for the ETL

Exit codes: 0 erased, or nothing was found, 1 failed, not confirmed, or something of --raw is left, 2 wrong usage or
configuration, 3 stopped: run it again to go on

Examples:
  clickstream erase --user 4711 --with-clients --dry-run
  clickstream erase --user 4711 --with-clients
  clickstream erase --client 5f0c2c1e --client 77ab0d91 --yes --json
  clickstream erase --user 4711 --with-clients --raw --pipeline pipeline.ts
  clickstream erase --user 4711 --raw --from 2025-12-01T00 --yes`;

/** After the flags of `clickstream prune`. */
export const PRUNE_HELP = `
From then on records of before that day are dropped when they are read, counted under the reason "expired", so that no
rerun brings them back; the border only moves forward. Sums (every daily and quarter-hourly table and view) stay as they are.
Events of visits that went on within a day before the border stay until the next pruning. Rows of sessions, orders and visitors
stay too, unless --rows is given. A day is at least 31 days ago: events may arrive 30 days late. Needs a member of the
owner role. Interrupted, it goes on when it is run again.

Environment:
${WAREHOUSE_VARIABLES}
${SETTLING_VARIABLES}

Exit codes: 0 pruned, 1 failed or not confirmed, 2 wrong usage or configuration, 3 stopped: run it again to go on

Examples:
  clickstream prune --months 14 --dry-run
  clickstream prune --before 2025-01-01 --rows
  clickstream prune --months 25 --yes --json`;

/** After the list of commands. */
export const PROGRAM_HELP = `
"clickstream COMMAND --help" has each command's flags, environment variables, exit codes and examples.`;
