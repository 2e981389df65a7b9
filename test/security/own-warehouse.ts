import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { PostgresSettings } from '../../src/config/settings.ts';
import { tableNames } from '../../src/config/table-names.ts';
import type { migrate } from '../../src/warehouse/migrate.ts';
import { MARKERS } from '../support/markers.ts';
import { asAdmin } from '../support/warehouse.ts';

/** A warehouse in a database of its own, not migrated yet, with names for roles that no other test has. */
export interface OwnWarehouse {
  readonly prefix: string;
  readonly database: string;
  /** Those of the superuser. */
  readonly settings: Parameters<typeof migrate>[0];
  as(user: string, schema?: string): OwnWarehouse['settings'];
  envOf(user: string): Record<string, string>;
  /** Creates a login role, by the ending of its name. */
  login(name: string, attributes?: string): Promise<string>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/** Asks as some role, on a connection of its own. */
export async function ask(postgres: PostgresSettings, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(postgres);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Does work with one, and takes it away again with its roles. */
export async function withOwn(work: (own: OwnWarehouse) => Promise<void>): Promise<void> {
  const own = await ownServer();
  try {
    await work(own);
  } finally {
    await own.drop();
  }
}

async function ownServer(): Promise<OwnWarehouse> {
  const prefix = `t${randomBytes(4).toString('hex')}_`;
  const database = `${prefix}db`;
  const logins = new Set<string>();
  const server = inject('postgres');
  await asAdmin((admin) => admin.query(`CREATE DATABASE ${database}`));
  const settingsOf = (user: string, schema?: string): OwnWarehouse['settings'] => ({
    tables: tableNames(`${schema === undefined ? '' : `${schema}.`}${prefix}events`),
    postgres: {
      ...{ ssl: false as const, ...server },
      database,
      user,
      password: MARKERS.password,
      ...(schema === undefined ? {} : { schema }),
    },
  });
  return {
    prefix,
    database,
    settings: settingsOf(server.user),
    as: settingsOf,
    envOf: (user) => ({
      DW_PG_HOST: server.host,
      DW_PG_PORT: String(server.port),
      DW_PG_USER: user,
      DW_PG_PASSWORD: MARKERS.password,
      DW_PG_DATABASE: database,
      ...(server.ssl ? { DW_PG_SSL: 'true', DW_PG_SSL_CA: server.ssl.ca } : {}),
      TARGET_TABLE: `${prefix}events`,
    }),
    login: async (name, attributes = '') => {
      const user = prefix + name;
      logins.add(user);
      await asAdmin((admin) => admin.query(`CREATE ROLE ${user} LOGIN PASSWORD '${MARKERS.password}' ${attributes}`));
      return user;
    },
    query: (sql) => ask(settingsOf(server.user).postgres, sql),
    drop: () =>
      asAdmin(async (admin) => {
        await admin.query(`DROP DATABASE ${database} WITH (FORCE)`);
        for (const role of ['loader', 'reader', 'owner']) await admin.query(`DROP ROLE IF EXISTS ${prefix}${role}`);
        for (const user of logins) await admin.query(`DROP ROLE IF EXISTS ${user}`);
      }),
  };
}
