import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PostgresSettings } from '../../src/config/settings.ts';
import { sqlVariables, tableNames } from '../../src/config/table-names.ts';
import { defaultPipeline } from '../../src/etl/default-pipeline.ts';
import { column } from '../../src/etl/pipeline/column.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { migrate } from '../../src/warehouse/migrate.ts';
import { readSql } from '../../src/warehouse/sql.ts';
import { runCli } from '../cli/run-cli.ts';
import { event, freshBucket, HOUR, ndjson, PREFIX } from '../support/bucket.ts';
import { MARKERS } from '../support/markers.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { ask, withOwn, type OwnWarehouse } from './own-warehouse.ts';

let s3: S3Server;
let warehouse: TestWarehouse;

beforeAll(async () => {
  s3 = await freshBucket();
  await s3.putObject('raw', `${PREFIX}a.json`, `${ndjson([event(1), event(2, { sessionId: 's' })])}no record\n`);
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  await runEtl({ targetUtcHour: HOUR }, warehouse.settings);
  // A merge and a settling, too.
  expect(await runEtl({ targetUtcHour: HOUR }, warehouse.settings)).toMatchObject({ duplicates: 2, rejected: 1 });
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

const DENIED = { code: '42501' };

describe('the loader, which the ETL runs as', () => {
  it.each([
    'DELETE FROM clickstream_events',
    'TRUNCATE clickstream_events',
    'TRUNCATE clickstream_session_marks',
    'DELETE FROM clickstream_runs',
    'DELETE FROM clickstream_checkpoints',
    'UPDATE clickstream_rejects SET code = code',
    'SELECT FROM clickstream_migrations',
    'CREATE TABLE own ()',
    'CREATE VIEW own AS SELECT 1',
    "CREATE FUNCTION own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    'CREATE SCHEMA own',
    'ALTER TABLE clickstream_events ADD COLUMN own text',
    'DROP TABLE clickstream_events',
    'CREATE INDEX ON clickstream_events (user_id)',
    'CREATE TRIGGER own BEFORE INSERT ON clickstream_events EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    'SET ROLE clickstream_owner',
    'CREATE ROLE own',
    "COPY clickstream_events FROM PROGRAM 'true'",
    "COPY (SELECT 1) TO '/dev/null'",
    "SELECT pg_read_file('postgresql.conf')",
  ])('may not: %s', async (sql) => {
    await expect(ask(warehouse.settings.postgres, sql)).rejects.toMatchObject(DENIED);
  });

  it('cannot pass on what it may do', async () => {
    await ask(warehouse.settings.postgres, 'GRANT SELECT ON clickstream_events TO PUBLIC').catch(() => undefined);
    expect(await warehouse.rows("SELECT has_table_privilege('public', 'clickstream_events', 'SELECT') AS may")).toEqual(
      [{ may: false }],
    );
  });
});

describe('the reader', () => {
  let reader: PostgresSettings;

  beforeAll(async () => {
    const user = `reader_${randomBytes(4).toString('hex')}`;
    await warehouse.rows(`CREATE ROLE ${user} LOGIN PASSWORD '${MARKERS.password}' IN ROLE clickstream_reader`);
    reader = { ...warehouse.settings.postgres, user, password: MARKERS.password };
  });

  afterAll(async () => {
    await warehouse.rows(`DROP ROLE ${reader.user}`);
  });

  it.each(['events', 'runs', 'checkpoints', 'session_marks'])('may look at the %s', async (table) => {
    await ask(reader, `SELECT * FROM clickstream_${table}`);
  });

  it('sees how many dead letters there are and of which kind, and nothing of what was sent', async () => {
    expect(await ask(reader, 'SELECT code, count(*)::int AS n FROM clickstream_rejects GROUP BY code')).toHaveLength(1);
    for (const name of ['raw', 'detail', 'source_key', '*']) {
      await expect(ask(reader, `SELECT ${name} FROM clickstream_rejects`)).rejects.toMatchObject(DENIED);
    }
  });

  it.each([
    "INSERT INTO clickstream_session_marks VALUES ('x', now(), now())",
    'UPDATE clickstream_events SET user_id = NULL',
    'DELETE FROM clickstream_rejects',
    'CREATE TABLE own ()',
  ])('may not: %s', async (sql) => {
    await expect(ask(reader, sql)).rejects.toMatchObject(DENIED);
  });

  it('may ask for the status', async () => {
    const env = { ...warehouse.env, DW_PG_USER: reader.user };
    expect((await runCli(['status', '--json'], env)).stdout).toContain('"verdict"');
  });
});

describe('every object of the warehouse', () => {
  it('is named in what the loader and the reader may do, and belongs to the owner', async () => {
    const relations = await warehouse.rows<{ name: string; owner: string }>(
      `SELECT relname AS name, pg_get_userbyid(relowner) AS owner FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f') ORDER BY 1`,
    );
    const names = new Map(
      Object.entries(sqlVariables(tableNames('clickstream_events'))).map(([key, name]) => [name, key]),
    );
    for (const role of ['loader', 'reader']) {
      const [, decided = ''] = /^REVOKE ALL ON ([^;]*)\sFROM/m.exec(readSql(`roles/${role}.sql`)) ?? [];
      for (const { name } of relations) {
        expect(decided, `${role}.sql decides about ${name}`).toContain(`:"${names.get(`"${name}"`) ?? name}"`);
      }
    }
    expect(new Set(relations.map(({ owner }) => owner))).toEqual(new Set(['clickstream_owner']));
    const functions = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef";
    expect(await warehouse.rows(functions), 'none runs with its owner’s rights').toEqual([]);
  });
});

const { columns } = defaultPipeline;
const relations = (own: OwnWarehouse): Promise<unknown[]> =>
  own.query(
    `SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relname LIKE '${own.prefix}%' AND relkind = 'r'`,
  );

describe('migrate --roles', () => {
  it('shows the roles, creates them, and has nothing to create the next time', () =>
    withOwn(async (own) => {
      const env = own.envOf('postgres');
      const names = ['owner', 'loader', 'reader'].map((role) => own.prefix + role);
      const shown = await runCli(['migrate', '--roles', '--dry-run', '--json'], env);
      expect(JSON.parse(shown.stdout)).toMatchObject({ dryRun: true, roles: names });
      expect(await own.query(`SELECT FROM pg_roles WHERE rolname LIKE '${own.prefix}%'`)).toEqual([]);
      const created = await runCli(['migrate', '--roles'], env);
      expect(created).toMatchObject({ exitCode: 0, stderr: '' });
      expect(created.stdout).toContain(`created role ${own.prefix}loader\n`);
      const again = await runCli(['migrate', '--roles', '--json'], env);
      expect(JSON.parse(again.stdout)).toEqual({ dryRun: false, applied: [], added: [], roles: [] });
    }));

  it('hands tables from before over to the owner, whose members migrate from then on', () =>
    withOwn(async (own) => {
      await migrate(own.settings, columns);
      expect(await relations(own)).toEqual([{ owner: 'postgres' }]);
      await migrate(own.settings, columns, { roles: true });
      expect(await relations(own)).toEqual([{ owner: `${own.prefix}owner` }]);
      const user = await own.login('deployer', `IN ROLE ${own.prefix}owner`);
      await own.query(`DROP TABLE ${own.prefix}manifests; DELETE FROM ${own.prefix}migrations WHERE name LIKE '0006%'`);
      const added = await migrate(own.as(user), { ...columns, margin: column.numeric() });
      expect(added).toMatchObject({ applied: ['0006_manifests.sql'], added: ['margin numeric'] });
      expect(await relations(own), 'the owner’s, not the member’s').toEqual([{ owner: `${own.prefix}owner` }]);
    }));

  it('every later migrate gives the roles what they need, and takes what they do not', () =>
    withOwn(async (own) => {
      await migrate(own.settings, columns, { roles: true });
      const { prefix } = own;
      await own.query(`GRANT DELETE ON ${prefix}events TO ${prefix}loader; REVOKE ALL ON ${prefix}runs FROM ${prefix}loader;
        GRANT SELECT ON ${prefix}rejects TO ${prefix}reader`);
      await migrate(own.settings, columns);
      const [may] = await own.query(
        `SELECT has_table_privilege('${prefix}loader', '${prefix}events', 'DELETE') AS remove,
           has_table_privilege('${prefix}loader', '${prefix}runs', 'INSERT') AS enter,
           has_column_privilege('${prefix}reader', '${prefix}rejects', 'raw', 'SELECT') AS raw,
           has_column_privilege('${prefix}reader', '${prefix}rejects', 'code', 'SELECT') AS code`,
      );
      expect(may).toEqual({ remove: false, enter: true, raw: false, code: true });
    }));

  it('works for an administrator who is no superuser, in a schema of its own', () =>
    withOwn(async (own) => {
      const user = await own.login('admin', 'CREATEROLE');
      await own.query(`ALTER DATABASE ${own.database} OWNER TO ${user}`);
      expect(await migrate(own.as(user, 'shop'), columns, { roles: true })).toMatchObject({
        roles: [`${own.prefix}owner`, `${own.prefix}loader`, `${own.prefix}reader`],
      });
      expect(await relations(own)).toEqual([{ owner: `${own.prefix}owner` }]);
      expect(await migrate(own.as(user, 'shop'), columns)).toEqual({ applied: [], added: [] });
      await own.query(`REASSIGN OWNED BY ${user} TO postgres; DROP OWNED BY ${user}`);
    }));

  it('gives the SQL to run to somebody who may not create roles, and goes on once it was', () =>
    withOwn(async (own) => {
      const user = await own.login('plain');
      const refused = await migrate(own.as(user), columns, { roles: true }).catch((error: unknown) => error as Error);
      expect(refused).toMatchObject({ code: 'may_not_create_roles', stage: 'migrate' });
      const sql = /run: (.*); and then/.exec((refused as Error).message)?.[1] ?? '';
      expect(sql).toContain(`CREATE ROLE "${own.prefix}loader" NOLOGIN;`);
      await own.query(sql);

      const denied = await migrate(own.as(user), columns, { roles: true }).catch((error: unknown) => error as Error);
      expect(denied).toMatchObject({ code: 'may_not_grant', stage: 'migrate' });
      const access = /have them run: (.*); and make/.exec((denied as Error).message)?.[1] ?? '';
      expect(access).toContain(`GRANT CREATE ON SCHEMA "public" TO "${own.prefix}owner";`);
      await own.query(access);
      expect((await migrate(own.as(user), columns)).applied).toContain('0001_events.sql');
      expect(await relations(own)).toEqual([{ owner: `${own.prefix}owner` }]);
    }));

  it('leaves a login role of such a name alone, and says so', () =>
    withOwn(async (own) => {
      await own.login('reader');
      await expect(migrate(own.settings, columns, { roles: true })).rejects.toMatchObject({ code: 'role_can_log_in' });
      await migrate(own.settings, columns);
      const may = `SELECT has_table_privilege('${own.prefix}reader', '${own.prefix}events', 'SELECT') AS may`;
      expect(await own.query(may)).toEqual([{ may: false }]);
    }));

  it('refuses a schema in which everybody may create objects', () =>
    withOwn(async (own) => {
      await own.query('GRANT CREATE ON SCHEMA public TO PUBLIC');
      const refused = migrate(own.settings, columns, { roles: true });
      await expect(refused).rejects.toMatchObject({ code: 'open_schema' });
      await expect(refused).rejects.toThrow('REVOKE CREATE ON SCHEMA "public" FROM PUBLIC');
      await migrate(own.as('postgres', 'shop'), columns, { roles: true });
    }));
});
