import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { SettlingSettings } from '../config/settings.ts';
import { Connection } from '../etl/sinks/postgres/connection.ts';
import { keepRule } from './adopt-rule.ts';
import { checkTables } from './check-tables.ts';
import { eraseSql, type EraseSql } from './erase-sql.ts';
import { personIds, visitorIds, type Persons } from './persons.ts';
import { rejectsOf, type RejectPlaces } from './persons-rejects.ts';
import { Rejects } from './rejects.ts';
import { tombstoneHash } from './tombstone.ts';

/** Whom to erase. */
export interface EraseRequest extends Persons {
  /** Whether the clients that only these users have used are erased as well, with what was done before a login. */
  readonly withClients: boolean;
}

/** What there is of somebody. Holds no id. */
export interface EraseSurvey {
  readonly users: number;
  /** Those that were named, and those that only the users have used. */
  readonly clients: number;
  readonly events: number;
  readonly sessions: number;
  readonly orders: number;
  readonly rejects: number;
  /** Rows of visits whose events are not kept any more. */
  readonly closedSessions: number;
  readonly first: Date | null;
  readonly last: Date | null;
}

/**
 * What an erasure has taken away. Rows that others share are worked out anew and do not count, except that a visit whose
 * first event went goes on under another name.
 */
export interface Erased {
  readonly events: number;
  readonly sessions: number;
  readonly orders: number;
  readonly visitors: number;
  readonly rejects: number;
}

/** What an erasure came to. */
export interface Erasure {
  readonly survey: EraseSurvey;
  /** Those that were named, and the clients that were found to be theirs. */
  readonly persons: Persons;
  /** Absent when it was not confirmed. */
  readonly erased?: Erased;
}

export interface EraseOptions {
  /** Asked once it is known what there is; nothing is changed unless it says so. */
  readonly confirm: (survey: EraseSurvey) => Promise<boolean>;
  /** Called when the tombstones are laid and nothing is deleted yet: for tests. */
  readonly onLaid?: () => Promise<void>;
}

/** Finding a person reads the whole table, years of it. */
const LIMIT_MS = 24 * 3_600_000;

/**
 * Removes persons from the warehouse, for good. First their tombstones are laid, which every commit from then on goes by:
 * nothing of theirs comes in any more, from runs under way neither. Then, in one transaction, their events and dead letters
 * go, and sessions, orders, visitors and rollups are settled without them. Loads are not held up; settling waits for the
 * second part. Stopped in between, it is finished by doing it again. Needs the owner of the tables.
 *
 * @returns what there was, of whom, and what was taken away unless `confirm` said no.
 * @throws ClickstreamError `other_rule`, `missing_table`, `warehouse_unreachable` or `warehouse_refused`.
 */
export async function erase(
  { postgres, tables, ...rule }: SettlingSettings,
  request: EraseRequest,
  { confirm, onLaid }: EraseOptions,
): Promise<Erasure> {
  const sql = eraseSql(tables, rule);
  const connection = new Connection(postgres, 'clickstream erase', () => LIMIT_MS, LIMIT_MS);
  connection.onConnect = async (client) => {
    await client.query('SET lock_timeout = 0');
  };
  try {
    await connection.run(async (client) => {
      await checkTables(client, tables, {});
      await keepRule(client, tables, rule);
    });
    const rejects = new Rejects(connection, tables);
    const found = await connection.run((client) => withTheirClients(client, sql, request));
    const survey = await surveyOf(connection, sql, found, (await rejectsOf(found, rejects)).keys.length);
    if (!(await confirm(survey))) return { survey, persons: found };
    const persons = await connection.transaction((client) => layTombstones(client, sql, request, found));
    await onLaid?.();
    const places = await rejectsOf(persons, rejects);
    const id = randomUUID();
    const erased = await connection.transaction((client) => remove(client, sql, persons, places, id));
    return { survey, persons, erased };
  } finally {
    await connection.close();
  }
}

async function withTheirClients(client: Client, sql: EraseSql, request: EraseRequest): Promise<Persons> {
  const { users, clients, withClients } = request;
  if (!withClients || users.length === 0) return { users, clients };
  const { rows } = await client.query<{ id: string }>(sql.onlyTheirs, [users]);
  return { users, clients: [...new Set([...clients, ...rows.map(({ id }) => id)])] };
}

async function surveyOf(
  connection: Connection,
  sql: EraseSql,
  persons: Persons,
  rejects: number,
): Promise<EraseSurvey> {
  const { users, clients } = persons;
  const { rows } = await connection.run((client) =>
    client.query<SurveyRow>(sql.survey, [users, clients, visitorIds(persons)]),
  );
  const { first_at, last_at, closed_sessions, ...counts } = rows[0]!;
  return {
    users: users.length,
    clients: clients.length,
    ...counts,
    rejects,
    closedSessions: closed_sessions,
    first: first_at,
    last: last_at,
  };
}

/** Lays the tombstones, and gives whom they are of: a client that somebody else was seen with meanwhile stays. */
async function layTombstones(
  client: Client,
  sql: EraseSql,
  { users, clients }: EraseRequest,
  found: Persons,
): Promise<Persons> {
  await client.query(sql.lockAdmission);
  const theirs = found.clients.filter((id) => !clients.includes(id));
  const { rows: shared } = await client.query<{ id: string }>(sql.sharedClients, [users, theirs]);
  const stay = new Set(shared.map(({ id }) => id));
  const persons = { users, clients: [...clients, ...theirs.filter((id) => !stay.has(id))] };
  const { rows } = await client.query<{ salt: Buffer }>(sql.salt);
  const hashes = new Set(personIds(persons).map((id) => tombstoneHash(rows[0]!.salt, id).toString('hex')));
  await client.query(sql.layTombstones, [Array.from(hashes, (hash) => Buffer.from(hash, 'hex'))]);
  return persons;
}

async function remove(
  client: Client,
  sql: EraseSql,
  persons: Persons,
  places: RejectPlaces,
  id: string,
): Promise<Erased> {
  // A try before this one may have been committed, with the answer lost.
  const before = await client.query<Erased>(sql.done, [id]);
  if (before.rows[0]) return before.rows[0];
  const { users, clients } = persons;
  const ids = personIds(persons);
  await client.query(sql.begin);
  await client.query('INSERT INTO clickstream_erased SELECT * FROM unnest($1::text[], $2::text[])', [
    ids.map(({ kind }) => kind),
    ids.map((person) => person.id),
  ]);
  await client.query(sql.find, [users, clients]);
  await client.query(sql.lockSettling);
  await client.query(sql.remove);
  const { rowCount } = await client.query(sql.removeRejects, [places.keys, places.indexes, places.runIds]);
  await client.query(sql.settle);
  await client.query(sql.end, [id, rowCount ?? 0]);
  return (await client.query<Erased>(sql.done, [id])).rows[0]!;
}

interface SurveyRow {
  readonly events: number;
  readonly sessions: number;
  readonly orders: number;
  readonly closed_sessions: number;
  readonly first_at: Date | null;
  readonly last_at: Date | null;
}
