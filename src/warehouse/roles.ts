import pg from 'pg';
import { sqlVariables, type TableNames } from '../config/table-names.ts';
import { ClickstreamError } from '../errors.ts';
import { quoteIdentifier, sqlFile, type SqlVariables } from './template.ts';

/**
 * The group roles of a warehouse: `owner` may change its tables, `loader` does what the ETL does, `reader` looks. Login
 * roles are made members of one of them.
 */
export type RoleKey = 'owner' | 'loader' | 'reader';
const KEYS: readonly RoleKey[] = ['owner', 'loader', 'reader'];

/**
 * The names of a warehouse's roles, unquoted: `shop_owner` for `shop_events`. Roles are common to all databases of a
 * server, so that `events` does not make one that is merely called `owner`, and warehouses of one name share theirs.
 */
export function roleNames({ prefix }: TableNames): Readonly<Record<RoleKey, string>> {
  const begin = prefix === '' ? 'events_' : prefix;
  return { owner: `${begin}owner`, loader: `${begin}loader`, reader: `${begin}reader` };
}

/**
 * Creates the roles that are missing, lets them into the database and the schema, and hands the tables over to the
 * owner. Does nothing twice.
 *
 * @returns the roles that were created.
 * @throws ClickstreamError `role_can_log_in`, `open_schema`, `may_not_create_roles` or `may_not_grant`, the latter two
 *   with the SQL that an administrator has to run.
 */
export async function createRoles(client: pg.Client, tables: TableNames): Promise<string[]> {
  const names = roleNames(tables);
  const created: string[] = [];
  const found = await findRoles(client, names);
  const login = KEYS.find((key) => found.get(names[key])?.canLogIn);
  if (login) throw canLogIn(names[login]);
  for (const key of KEYS) {
    if (!found.has(names[key]) && (await createRole(client, tables, names[key]))) created.push(names[key]);
  }
  const schema = await schemaOf(client, tables);
  await refuseOpenSchema(client, schema);
  try {
    await joinOwner(client, names.owner);
    await client.query(sqlFile('roles/access.sql', await accessVariables(client, tables, schema)));
    await handOver(client, tables, names.owner);
  } catch (error) {
    throw isDenied(error) ? await mayNotGrant(client, tables, schema, error) : error;
  }
  // A grant that whoever runs this may not make is a mere warning to Postgres.
  if (!(await hasAccess(client, names, schema))) throw await mayNotGrant(client, tables, schema);
  return created;
}

/** The roles that {@link createRoles} would create now. Changes nothing. */
export async function missingRoles(client: pg.Client, tables: TableNames): Promise<string[]> {
  const names = roleNames(tables);
  const found = await findRoles(client, names);
  return KEYS.map((key) => names[key]).filter((name) => !found.has(name));
}

/**
 * Goes on as the owner role where the warehouse is its, so that whoever migrates, what is created is the owner's.
 */
export async function actAsOwner(client: pg.Client, tables: TableNames): Promise<void> {
  const { owner } = roleNames(tables);
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT CASE
        WHEN e.oid IS NULL THEN coalesce(has_schema_privilege(r.oid, to_regnamespace($3), 'CREATE'), false)
        ELSE e.relowner = r.oid
      END AS found
     FROM pg_roles AS r
     LEFT JOIN pg_class AS e ON e.oid = to_regclass($2)
     WHERE r.rolname = $1 AND NOT r.rolcanlogin
       AND pg_has_role(r.oid, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END)`,
    [owner, tables.events, quoteIdentifier(await schemaOf(client, tables))],
  );
  if (rows[0]?.found) await client.query(`SET ROLE ${quoteIdentifier(owner)}`);
}

/**
 * Gives the loader and the reader, where they exist, exactly what `sql/roles` says: a new table is never forgotten, and
 * what was granted beside it is taken back. A login role that happens to have such a name is left alone.
 */
export async function renewGrants(client: pg.Client, tables: TableNames): Promise<void> {
  const names = roleNames(tables);
  const found = await findRoles(client, names);
  const variables = { ...sqlVariables(tables), ...quoted(names) };
  for (const key of ['loader', 'reader'] as const) {
    if (found.get(names[key])?.canLogIn === false) await client.query(sqlFile(`roles/${key}.sql`, variables));
  }
}

async function findRoles(
  client: pg.Client,
  names: Readonly<Record<RoleKey, string>>,
): Promise<Map<string, { readonly canLogIn: boolean }>> {
  const { rows } = await client.query<{ name: string; canLogIn: boolean }>(
    'SELECT rolname AS name, rolcanlogin AS "canLogIn" FROM pg_roles WHERE rolname = ANY ($1::name[])',
    [Object.values(names)],
  );
  return new Map(rows.map(({ name, canLogIn }) => [name, { canLogIn }]));
}

/** False when somebody else has created it meanwhile: in another database, the lock of migrations is another one. */
async function createRole(client: pg.Client, tables: TableNames, name: string): Promise<boolean> {
  try {
    await client.query(sqlFile('roles/create.sql', { role: quoteIdentifier(name) }));
    return true;
  } catch (error) {
    if (isCode(error, '42710', '23505')) return false;
    throw isDenied(error) ? await mayNotCreate(client, tables, error) : error;
  }
}

/** Whoever migrates must be able to act as the owner; a superuser is. */
async function joinOwner(client: pg.Client, owner: string): Promise<void> {
  await client.query(
    `DO $do$ BEGIN
      IF NOT pg_has_role(current_user, ${pg.escapeLiteral(owner)}, 'USAGE') THEN
        EXECUTE format('GRANT %I TO %I', ${pg.escapeLiteral(owner)}, current_user);
      END IF;
    END $do$`,
  );
}

/** Tables from before there was an owner role. */
async function handOver(client: pg.Client, tables: TableNames, owner: string): Promise<void> {
  const { schema: _schema, prefix: _prefix, ...names } = tables;
  for (const table of Object.values(names)) {
    const { rows } = await client.query<{ other: boolean }>(
      'SELECT pg_get_userbyid(relowner) <> $2 AS other FROM pg_class WHERE oid = to_regclass($1)',
      [table, owner],
    );
    if (rows[0]?.other) await client.query(`ALTER TABLE ${table} OWNER TO ${quoteIdentifier(owner)}`);
  }
}

async function hasAccess(
  client: pg.Client,
  { owner, loader, reader }: Readonly<Record<RoleKey, string>>,
  schema: string,
): Promise<boolean> {
  const { rows } = await client.query<{ complete: boolean }>(
    `SELECT has_schema_privilege($1::name, $4, 'USAGE') AND has_schema_privilege($1::name, $4, 'CREATE')
        AND has_schema_privilege($2::name, $4, 'USAGE') AND has_schema_privilege($3::name, $4, 'USAGE')
        AND bool_and(has_database_privilege(role, current_database(), 'CONNECT'))
        AND has_database_privilege($2::name, current_database(), 'TEMPORARY') AS complete
     FROM unnest(ARRAY[$1, $2, $3]::name[]) AS role`,
    [owner, loader, reader, schema],
  );
  return rows[0]?.complete === true;
}

/** Where anybody may create objects, anybody may put a table or a function in the place of one that is meant. */
async function refuseOpenSchema(client: pg.Client, schema: string): Promise<void> {
  const { rows } = await client.query<{ open: boolean }>(
    "SELECT has_schema_privilege('public', $1, 'CREATE') AS open",
    [schema],
  );
  if (!rows[0]?.open) return;
  throw roleError(
    'open_schema',
    `Everybody may create objects in the schema ${schema}, so that roles would protect nothing. Run: REVOKE CREATE ON ` +
      `SCHEMA ${quoteIdentifier(schema)} FROM PUBLIC; or give the warehouse a schema of its own in TARGET_TABLE.`,
  );
}

/** The schema that the tables are in, or will be. */
async function schemaOf(client: pg.Client, { schema }: TableNames): Promise<string> {
  if (schema !== undefined) return schema;
  const { rows } = await client.query<{ schema: string | null }>('SELECT current_schema() AS schema');
  const current = rows[0]?.schema;
  if (current == null) {
    throw roleError(
      'no_schema',
      'The search path names no schema that exists. Give one in TARGET_TABLE: schema.table.',
    );
  }
  return current;
}

async function accessVariables(client: pg.Client, tables: TableNames, schema: string): Promise<SqlVariables> {
  const { rows } = await client.query<{ database: string }>('SELECT current_database() AS database');
  return {
    ...quoted(roleNames(tables)),
    schema: quoteIdentifier(schema),
    database: quoteIdentifier(rows[0]!.database),
  };
}

function quoted(names: Readonly<Record<RoleKey, string>>): SqlVariables {
  return Object.fromEntries(KEYS.map((key) => [key, quoteIdentifier(names[key])]));
}

async function mayNotCreate(client: pg.Client, tables: TableNames, cause: unknown): Promise<ClickstreamError> {
  const names = quoted(roleNames(tables));
  const create = KEYS.map((key) => statementsOf('roles/create.sql', { role: names[key]! })).join(' ');
  const user = quoteIdentifier(await userOf(client));
  return roleError(
    'may_not_create_roles',
    `The user ${user} may not create roles, which takes CREATEROLE. Have an administrator run: ${create} GRANT ` +
      `${names['owner']!} TO ${user}; and then "clickstream migrate --roles" again (those that exist already are kept).`,
    cause,
  );
}

async function mayNotGrant(
  client: pg.Client,
  tables: TableNames,
  schema: string,
  cause?: unknown,
): Promise<ClickstreamError> {
  const user = quoteIdentifier(await userOf(client));
  const access = statementsOf('roles/access.sql', await accessVariables(client, tables, schema));
  return roleError(
    'may_not_grant',
    `The user ${user} may not let the roles into the database and the schema, or hand the tables over to the owner. Run ` +
      '"clickstream migrate --roles" once as a superuser or as the owner of all of them, or have them run: ' +
      `${access} GRANT ${quoteIdentifier(roleNames(tables).owner)} TO ${user}; and make that role the tables' owner.`,
    cause,
  );
}

/** A file's statements on one line, without its comments. */
function statementsOf(file: string, variables: SqlVariables): string {
  const text = sqlFile(file, variables)
    .replaceAll(/^--.*\n/gm, '')
    .trim()
    .replaceAll('\n', ' ');
  return text.endsWith(';') ? text : `${text};`;
}

async function userOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>('SELECT session_user AS name');
  return rows[0]!.name;
}

function canLogIn(name: string): ClickstreamError {
  return roleError(
    'role_can_log_in',
    `The role ${quoteIdentifier(name)} is one to log in with, and so somebody's own. Rename it, or make it a group with ` +
      `ALTER ROLE ${quoteIdentifier(name)} NOLOGIN; or choose another TARGET_TABLE, after which the roles are named.`,
  );
}

function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof pg.DatabaseError && codes.includes(error.code ?? '');
}

function isDenied(error: unknown): boolean {
  return isCode(error, '42501');
}

function roleError(code: string, message: string, cause?: unknown): ClickstreamError {
  return new ClickstreamError({ code, stage: 'migrate', message, cause });
}
