import type { Kind } from '../config/env-reader.ts';
import { wholeNumber } from '../config/setting-kinds.ts';
import { HOUR_MS } from '../etl/pipeline/hours.ts';
import type { ReconcileRequest } from '../warehouse/reconcile/reconcile.ts';
import { readAuditHours } from './audit-flags.ts';
import { flagError, readFlag } from './flag.ts';

/** The flags of `clickstream orders reconcile`, as they were typed. */
export interface ReconcileFlags {
  readonly shopUrl?: string;
  readonly table?: string;
  readonly id?: string;
  readonly total?: string;
  readonly currency?: string;
  readonly time?: string;
  readonly statusColumn?: string;
  readonly statuses?: string;
  readonly hour?: string;
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
  readonly list?: string;
  readonly minCoverage?: string;
  readonly json?: boolean;
}

export interface ReconcileOptions {
  readonly request: ReconcileRequest;
  /** At most so many orders of each kind are listed. */
  readonly list: number;
  /** Percent of orders, and of revenue in each currency, that must have been seen. */
  readonly minCoverage?: number;
}

const NAME = '[A-Za-z_][A-Za-z0-9_]{0,62}';
const DEFAULT_LIST = 20;

const columnName: Kind<string> = {
  allowed: 'the name of a column: letters, digits and underscores',
  parse: (text) => (new RegExp(`^${NAME}$`).test(text) ? text : undefined),
};

const tableName: Kind<string> = {
  allowed: '"table" or "schema.table", of letters, digits and underscores',
  parse: (text) => (new RegExp(`^(?:${NAME}\\.)?${NAME}$`).test(text) ? text : undefined),
};

const percent: Kind<number> = {
  allowed: 'a percentage from 0 to 100, such as 99.5',
  parse: (text) => (/^\d{1,3}(?:\.\d{1,6})?$/.test(text) && Number(text) <= 100 ? Number(text) : undefined),
};

/**
 * What the flags, and SHOP_DATABASE_URL, ask for.
 *
 * @param clock_ms the time now, in milliseconds since 1970.
 * @throws ClickstreamError `invalid_flag` that names the flag and never shows the address.
 */
export function readReconcileFlags(flags: ReconcileFlags, env: NodeJS.ProcessEnv, clock_ms: number): ReconcileOptions {
  const { hour, date, from, to } = flags;
  const hours = readAuditHours(
    {
      ...(hour === undefined ? {} : { hour }),
      ...(date === undefined ? {} : { date }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    },
    clock_ms,
  );
  const column = (flag: string, text: string | undefined, usual: string): string =>
    readFlag(flag, text, columnName) ?? usual;
  const currency = readFlag('--currency', flags.currency, columnName);
  const status = readStatus(flags);
  const minCoverage = readFlag('--min-coverage', flags.minCoverage, percent);
  return {
    request: {
      shopUrl: readShopUrl(flags.shopUrl, env['SHOP_DATABASE_URL']),
      table: {
        table: readFlag('--table', flags.table, tableName) ?? 'orders',
        id: column('--id', flags.id, 'order_id'),
        total: column('--total', flags.total, 'total'),
        time: column('--time', flags.time, 'created_at'),
        ...(currency === undefined ? {} : { currency }),
        ...(status === undefined ? {} : { status }),
      },
      from_ms: hours[0]!.hour_ms,
      to_ms: hours.at(-1)!.hour_ms + HOUR_MS,
    },
    list: readFlag('--list', flags.list, wholeNumber(0, 1_000_000)) ?? DEFAULT_LIST,
    ...(minCoverage === undefined ? {} : { minCoverage }),
  };
}

function readStatus({ statusColumn, statuses }: ReconcileFlags): { column: string; values: string[] } | undefined {
  const column = readFlag('--status-column', statusColumn, columnName);
  if ((column === undefined) !== (statuses === undefined)) {
    throw flagError('Give both of --status-column and --statuses, or none of them.');
  }
  if (column === undefined) return undefined;
  const values = statuses!.split(',').map((status) => status.trim());
  if (values.includes('')) throw flagError('--statuses has an empty one: give those that count, as "paid,shipped".');
  return { column, values };
}

/** Never shown, since it has a password in it. */
function readShopUrl(flag: string | undefined, variable: string | undefined): string {
  const [name, url] = flag === undefined ? ['SHOP_DATABASE_URL', variable] : ['--shop-url', flag];
  if (url === undefined || url === '') {
    throw flagError("Give the address of the shop's database in SHOP_DATABASE_URL or with --shop-url: postgres://...");
  }
  if (!/^postgres(?:ql)?:\/\/\S+$/.test(url) || !URL.canParse(url)) {
    throw flagError(`${name} is no address of a database: give postgres://user:password@host:5432/database.`);
  }
  return url;
}
