import { Command } from 'commander';
import { auditCommand } from './audit-command.ts';
import type { AuditFlags } from './audit-flags.ts';
import { eraseCommand } from './erase-command.ts';
import type { EraseFlags } from './erase-flags.ts';
import { etlCommand } from './etl-command.ts';
import type { EtlFlags } from './etl-flags.ts';
import {
  AUDIT_HELP,
  ERASE_HELP,
  ETL_HELP,
  MIGRATE_HELP,
  PROGRAM_HELP,
  REBUILD_HELP,
  RECONCILE_HELP,
  PLAN_HELP,
  PRUNE_HELP,
  REDRIVE_HELP,
  REPLAY_HELP,
  REJECTS_HELP,
  RUNS_HELP,
  STATUS_HELP,
  TRY_HELP,
  WHAT_IF_HELP,
} from './help.ts';
import { migrateCommand, type MigrateFlags } from './migrate-command.ts';
import { newPipelineCommand, newTransformCommand, type NewFlags } from './new-command.ts';
import { rebuildCommand, type RebuildFlags } from './rebuild-command.ts';
import { reconcileCommand } from './orders-command.ts';
import type { ReconcileFlags } from './orders-flags.ts';
import { planCommand } from './plan-command.ts';
import type { PlanFlags } from './plan-flags.ts';
import { pruneCommand } from './prune-command.ts';
import type { PruneFlags } from './prune-flags.ts';
import { replayCommand } from './replay-command.ts';
import type { ReplayFlags } from './replay-flags.ts';
import { runsCommand } from './runs-command.ts';
import type { RunsFlags } from './runs-flags.ts';
import { statusCommand } from './status-command.ts';
import { redriveCommand, rejectsCommand, showRejectsCommand } from './rejects-command.ts';
import type { RedriveFlags, RejectsFlags } from './rejects-flags.ts';
import { tryCommand } from './try-command.ts';
import type { TryFlags } from './try-flags.ts';
import { packageVersion } from './version.ts';
import { whatIfCommand } from './what-if-command.ts';
import type { WhatIfFlags } from './what-if-flags.ts';

/**
 * The commands with their flags. What a command returns is given to `ended`; wrong usage throws commander's error, and
 * nothing ends the process.
 */
export function createProgram(ended: (exitCode: number) => void): Command {
  const program = new Command('clickstream')
    .description('Loads the clicks of an online shop from S3 into a PostgreSQL warehouse.')
    .version(packageVersion())
    // Before the commands, which take these over: errors are ours to print.
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', PROGRAM_HELP);

  program
    .command('etl')
    .description('Reads raw events from S3, transforms them and writes them to the warehouse.')
    .option('--hour <hour>', 'a UTC hour: 2025-12-06T05, or 2025-12-06T05:00:00Z')
    .option('--date <date>', 'the hours of a UTC day: 2025-12-06')
    .option('--prefix <prefix>', 'the hours, or the part of one, under events/2025/12/06/05/')
    .option('--hours-back <n>', 'the hour that began n hours before this one; 1 is the one just over')
    .option('--from <hour>', 'the first hour of a range, included')
    .option('--to <hour>', 'the last hour of a range, included; without it, the hour before this one')
    .option('--start-after <key>', 'of one hour, only keys after this one')
    .option('--end-at <key>', 'of one hour, only keys up to this one, included')
    .option('--budget <seconds>', 'stop in time and exit with 3; the next run goes on')
    .option('--memory <mb>', 'stop before the process takes more, in the same way')
    .option('--batch <n>', 'at most so many records in a transaction, in place of MAX_RECORDS_PER_BATCH')
    .option('--pipeline <file>', 'a pipeline of your own: what defineEtl made, exported by default')
    .option('--dry-run', 'write rows as lines of JSON, and nothing to the warehouse; needs no DW_PG_*')
    .option('--output <file>', 'of a dry run: where rows go; "-" is stdout, which is the default')
    .option('--rejects <file>', 'of a dry run: where rejected records go; they are only counted otherwise')
    .option('--json', 'one JSON document on stdout, the result or the error, and nothing else there')
    .option('--quiet', 'no progress, no summary; errors are still said')
    .addHelpText('after', ETL_HELP)
    .action(async (flags: EtlFlags) => ended(await etlCommand(flags)));

  program
    .command('migrate')
    .description('Creates the tables of the warehouse, or brings them up to date.')
    .option('--pipeline <file>', 'also the columns of a pipeline of your own; asks before it adds them')
    .option('--yes', 'with --pipeline: add its columns without asking')
    .option('--dry-run', 'show what would be applied, and change nothing')
    .option('--adopt', 'take the rows of a table over that TARGET_TABLE names and that was there before')
    .option('--roles', 'create the roles owner, loader and reader, and hand the tables over to the owner')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', MIGRATE_HELP)
    .action(async (flags: MigrateFlags) => ended(await migrateCommand(flags)));

  const create = program.command('new').description('Writes the files that something of your own begins with.');

  create
    .command('transform')
    .description('Writes a transform that works and its test, and says what to do next.')
    .argument('<name>', 'what it does, in camelCase: addDiscount')
    .option('--dir <dir>', 'where; transforms/ unless given')
    .action((name: string, flags: NewFlags) => ended(newTransformCommand(name, flags)));

  create
    .command('pipeline')
    .description('Writes a pipeline of the usual transforms, with room for yours.')
    .option('--dir <dir>', 'where; the project’s folder unless given')
    .action((flags: NewFlags) => ended(newPipelineCommand(flags)));

  program
    .command('try')
    .description('Shows events before and after every transform of a pipeline. Writes nothing.')
    .argument('[pipeline]', 'a file that exports a pipeline; without one, the transforms of every run')
    .option('--events <file>', 'events of your own: JSON, newline-delimited or not, gzip or not')
    .option('--prefix <prefix>', 'events from the bucket, under events/2025/12/06/05/')
    .option('--hour <hour>', 'events from the bucket, of a UTC hour: 2025-12-06T05')
    .option('--only <transform>', 'show what this one does, and to which events')
    .option('--limit <n>', 'at most so many events; 20 unless given')
    .option('--watch', 'again whenever the pipeline file, code beside it, or the file of events changes')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', TRY_HELP)
    .action(async (pipeline: string | undefined, flags: TryFlags) => ended(await tryCommand(pipeline, flags)));

  program
    .command('rebuild')
    .description('Works out sessions, orders, visitors and rollups anew from the events, by another rule if need be.')
    .option('--dry-run', 'show which rule there is, which it would be, and how many events; change nothing')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', REBUILD_HELP)
    .action(async (flags: RebuildFlags) => ended(await rebuildCommand(flags)));

  program
    .command('replay')
    .description('Says what the code and the rule at hand would make of hours, and makes it so if asked to.')
    .option('--hour <hour>', 'a UTC hour: 2025-12-06T05, or 2025-12-06T05:00:00Z')
    .option('--date <date>', 'the hours of a UTC day: 2025-12-06')
    .option('--from <hour>', 'the first hour of a range, included')
    .option('--to <hour>', 'the last hour of a range, included; without it, the hour before this one')
    .option('--pipeline <file>', 'a pipeline of your own: what defineEtl made, exported by default')
    .option('--apply', 'replace the hours in one transaction')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', REPLAY_HELP)
    .action(async (flags: ReplayFlags) => ended(await replayCommand(flags)));

  program
    .command('sessions')
    .description('Looks at sessions that are derived from events.')
    .command('what-if')
    .description('Says what another rule for sessions would change, before it is made.')
    .option('--timeout <minutes>', 'inactivity after which a session ends')
    .option('--cut-at-midnight', 'end sessions at midnight, too')
    .option('--no-cut-at-midnight', 'do not')
    .option('--time-zone <zone>', 'whose midnights and days these are: Europe/Berlin')
    .option('--from <hour>', 'only events from this UTC hour on: 2025-12-06T05')
    .option('--to <hour>', 'only events up to this hour, included; without it, the hour before this one')
    .option('--by-day', 'the differences of each day')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', WHAT_IF_HELP)
    .action(async (flags: WhatIfFlags) => ended(await whatIfCommand(flags)));

  program
    .command('plan')
    .description('Says what an hour will take, whether it fits, and what a month of them costs. Runs nothing.')
    .option('--hour <hour>', 'count a UTC hour of the bucket: 2025-12-06T05')
    .option('--date <date>', 'count the hours of a UTC day')
    .option('--prefix <prefix>', 'count the hours under a prefix, such as events/2025/12/')
    .option('--from <hour>', 'count the hours of a range, from this one')
    .option('--to <hour>', 'up to this one, included')
    .option('--events <n>', 'instead: an hour of so many events')
    .option('--events-per-object <n>', 'as a tracker that batches sends them; 1 unless given')
    .option('--event-bytes <n>', 'of an event with what the ingest adds; 700 unless given')
    .option('--latency <ms>', 'from a GET to its answer; 15 unless given')
    .option('--memory <mb>', 'of the function; 512 unless given')
    .option('--timeout <seconds>', 'of an invocation; 900 unless given')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', PLAN_HELP)
    .action(async (flags: PlanFlags) => ended(await planCommand(flags)));

  program
    .command('status')
    .description('Says whether the warehouse is being filled: working, behind or failing.')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', STATUS_HELP)
    .action(async (flags: { json?: boolean }) => ended(await statusCommand(flags)));

  program
    .command('runs')
    .description('Lists the runs of hours that the ledger has, newest first.')
    .option('--last <n>', 'at most so many; 20 unless given')
    .option('--hour <hour>', 'only of this UTC hour: 2025-12-06T05')
    .option('--failed', 'only those that failed or died')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', RUNS_HELP)
    .action(async (flags: RunsFlags) => ended(await runsCommand(flags)));

  program
    .command('audit')
    .description('Compares the bucket with what was read: what is missing, changed or not accounted for.')
    .option('--hour <hour>', 'a UTC hour: 2025-12-06T05, or 2025-12-06T05:00:00Z')
    .option('--date <date>', 'the hours of a UTC day: 2025-12-06')
    .option('--from <hour>', 'the first hour of a range, included')
    .option('--to <hour>', 'the last hour of a range, included; without it, the hour before this one')
    .option('--keys', 'name every key, in place of a few of each kind')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', AUDIT_HELP)
    .action(async (flags: AuditFlags) => ended(await auditCommand(flags)));

  const orders = program.command('orders').description('Works on orders: see its commands.');

  orders
    .command('reconcile')
    .description("Compares the orders that were seen with those of the shop's own database.")
    .option('--shop-url <url>', "the shop's database, in place of SHOP_DATABASE_URL, which no list of processes shows")
    .option('--table <table>', 'its table of orders: "orders" unless given, or schema.table')
    .option('--id <column>', 'the column with what events have as orderId; order_id')
    .option('--total <column>', 'the column with the total; total')
    .option('--currency <column>', 'the column with the currency; without it, currencies are not compared')
    .option('--time <column>', 'the column with the time of the order; created_at')
    .option('--status-column <column>', 'with --statuses: only orders with one of them count')
    .option('--statuses <list>', 'such as "paid,shipped"')
    .option('--hour <hour>', 'the orders of a UTC hour: 2025-12-06T05')
    .option('--date <date>', 'those of a UTC day: 2025-12-06')
    .option('--from <hour>', 'those from this hour on, included')
    .option('--to <hour>', 'those up to this hour, included; without it, the hour before this one')
    .option('--list <n>', 'name at most so many of each kind; 20 unless given')
    .option(
      '--min-coverage <percent>',
      'exit with 1 when a smaller share of orders, or of a currency’s revenue, was seen',
    )
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', RECONCILE_HELP)
    .action(async (flags: ReconcileFlags) => ended(await reconcileCommand(flags)));

  const rejects = selecting(program.command('rejects'))
    .description('Lists the dead letters by code: records that were read and could not be loaded.')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', REJECTS_HELP)
    .action(async (flags: RejectsFlags) => ended(await rejectsCommand(flags)));

  selecting(rejects.command('show'))
    .description('Shows dead letters one by one: why, where in S3, and the bytes.')
    .option('--limit <n>', 'at most so many; 20 when not given')
    .option('--raw', 'of one record, by --key and --index: its bytes on stdout, as they are')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .action(async (_flags: RejectsFlags, command: Command) =>
      ended(await showRejectsCommand(command.optsWithGlobals())),
    );

  selecting(rejects.command('redrive'))
    .description('Tries dead letters again, after a fix: as if they had never been rejected.')
    .option('--all', 'every one there is')
    .option('--pipeline <file>', 'a pipeline of your own: what defineEtl made, exported by default')
    .option('--dry-run', 'show what would become of them, and write nothing')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', REDRIVE_HELP)
    .action(async (_flags: RedriveFlags, command: Command) => ended(await redriveCommand(command.optsWithGlobals())));

  program
    .command('erase')
    .description('Removes a person from the warehouse for good: events, sessions, orders, dead letters and sums.')
    .option('--user <id>', 'a user, by the id that events have; may be given several times', several, [])
    .option('--client <id>', 'a client (browser or device); may be given several times', several, [])
    .option('--with-clients', 'the clients as well that only these users have used')
    .option('--raw', 'also rewrite raw objects in S3, with their records blanked, and read those hours again')
    .option('--from <hour>', 'of --raw, the first hour whose objects to look at; without it, all there are')
    .option('--to <hour>', 'of --raw, the last hour, included; without it, the hour before this one')
    .option('--pipeline <file>', 'of --raw, what hours are read again with: what defineEtl made')
    .option('--dry-run', 'show what there is of them, and change nothing')
    .option('--yes', 'do not ask; without a terminal nothing is erased otherwise')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', ERASE_HELP)
    .action(async (flags: EraseFlags) => ended(await eraseCommand(flags)));

  program
    .command('prune')
    .description('Deletes events that are older than they are kept; the sums of their time stay.')
    .option('--before <day>', 'those of before this day: 2025-01-01, in REPORTING_TIME_ZONE')
    .option('--months <n>', 'those of more than n months before today')
    .option('--rows', 'also the rows of visitors who were not seen since, with their sessions and orders')
    .option('--dry-run', 'count them, and change nothing')
    .option('--yes', 'do not ask; without a terminal nothing is deleted otherwise')
    .option('--json', 'one JSON document on stdout, and nothing else there')
    .addHelpText('after', PRUNE_HELP)
    .action(async (flags: PruneFlags) => ended(await pruneCommand(flags)));

  return program;
}

/** The values of a flag that may be given several times. */
function several(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** Adds the flags that select dead letters. */
function selecting(command: Command): Command {
  return command
    .option('--code <code>', 'those with this code')
    .option('--hour <hour>', 'those of a UTC hour: 2025-12-06T05')
    .option('--date <date>', 'those of a UTC day: 2025-12-06')
    .option('--from <hour>', 'those from this hour on, included')
    .option('--to <hour>', 'those up to this hour, included; without it, the hour before this one')
    .option('--key <key>', 'those of one object')
    .option('--index <n>', 'with --key: the one record, counted from 0');
}
