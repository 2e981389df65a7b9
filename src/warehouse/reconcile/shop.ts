import pg from 'pg';
import { ClickstreamError } from '../../errors.ts';
import { quoteIdentifier, sqlFile } from '../template.ts';

/** Where the shop keeps its orders. All names are checked identifiers, unquoted. */
export interface ShopTable {
  /** `table` or `schema.table`. */
  readonly table: string;
  readonly id: string;
  readonly total: string;
  readonly time: string;
  /** Absent where all orders are in one currency. */
  readonly currency?: string;
  /** Only orders with one of these statuses count. */
  readonly status?: { readonly column: string; readonly values: readonly string[] };
}

const CONNECT_TIMEOUT_MS = 10_000;

/** The statement that opens a cursor over a shop's orders, with its parameters for a range of time. */
export function shopCursor(table: ShopTable, from_ms: number, to_ms: number): pg.QueryConfig {
  const { id, total, time, currency, status } = table;
  const text = sqlFile('reconcile/shop.sql', {
    table: table.table.split('.').map(quoteIdentifier).join('.'),
    id: quoteIdentifier(id),
    total: quoteIdentifier(total),
    time: quoteIdentifier(time),
    currency: currency === undefined ? "''" : `coalesce(${quoteIdentifier(currency)}::text, '')`,
    has_status: status ? `coalesce(${quoteIdentifier(status.column)}::text = ANY ($3::text[]), false)` : 'true',
  });
  return { text, values: [new Date(from_ms), new Date(to_ms), ...(status ? [status.values] : [])] };
}

/**
 * Connects to the shop's database. The caller ends it.
 *
 * @throws ClickstreamError `shop_unreachable`, without any part of the address.
 */
export async function connectShop(url: string): Promise<pg.Client> {
  try {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'clickstream orders reconcile',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    // The message may quote the address, password included, and so may the error's own properties.
    const code = (error as { code?: unknown }).code;
    throw new ClickstreamError({
      code: 'shop_unreachable',
      stage: 'read',
      message:
        `The shop's database could not be reached${typeof code === 'string' ? ` (${code})` : ''}. Check SHOP_DATABASE_URL or ` +
        '--shop-url: host, user, password, database, and sslmode where the server wants TLS.',
    });
  }
}

/** Says which names may be wrong; what else a server says may quote its rows. */
export function shopRefused(error: pg.DatabaseError): ClickstreamError {
  const { code = 'no code', message } = error;
  return new ClickstreamError({
    code: 'shop_refused',
    stage: 'read',
    message:
      `The shop's database refused to be read: SQLSTATE ${code}${code.startsWith('42') ? `, ${message}` : ''}. ` +
      'Check --table, --id, --total, --currency, --time and --status-column.',
  });
}
