import type { Client } from 'pg';
import { expect, it } from 'vitest';
import { tombstoneHash } from '../../../warehouse/tombstone.ts';
import type { Reject } from '../../pipeline/event-record.ts';
import { Admission } from './admission.ts';
import type { Statements } from './statements.ts';

const SALT = Buffer.alloc(32, 1);
const STATEMENTS = { lockAdmission: 'lock', readAdmission: 'read', readTombstones: 'tombstones' } as Statements;
const AT_MS = Date.parse('2025-12-06T05:00:00Z');

/** A warehouse with tombstones for users, that notes what it is asked. */
function warehouseOf(state: { users: string[]; keptFrom_ms: number | null }) {
  const asked: string[] = [];
  const query = (sql: string, parameters: readonly number[] = []): Promise<unknown> => {
    asked.push(sql);
    const rows = [{ tombstones: state.users.length, kept_from_ms: state.keptFrom_ms }];
    if (sql === 'lock; read') return Promise.resolve([{}, { rows }]);
    const hashes = state.users.slice(parameters[0]).map((id) => tombstoneHash(SALT, { kind: 'user', id }));
    return Promise.resolve({ rows: hashes.map((hash) => ({ hash, salt: SALT })) });
  };
  return { state, asked, client: { query } as unknown as Client };
}

const row = (user_id: string | null, event_timestamp = AT_MS) => ({ event_timestamp, user_id, client_id: null });
const reject = (key: string, raw: string): Reject => ({ origin: { key }, raw: Buffer.from(raw) }) as unknown as Reject;

it('lets everything in, and asks for nothing more, where nobody was erased and everything is kept', async () => {
  const { client, asked } = warehouseOf({ users: [], keptFrom_ms: null });
  const admission = new Admission();
  await admission.renew(client, STATEMENTS);
  expect(admission.isOpen).toBe(true);
  expect(admission.refusal(row('a', -1e15))).toBeUndefined();
  expect(admission.refusalOfReject(reject('events/0001/', '{"userId":"a"}'))).toBeUndefined();
  expect(asked).toEqual(['lock; read']);
});

it('refuses who was erased since it last looked, and has a version for each answer', async () => {
  const warehouse = warehouseOf({ users: ['a'], keptFrom_ms: null });
  const admission = new Admission();
  await admission.renew(warehouse.client, STATEMENTS);
  const { version } = admission;
  expect(['a', 'b', null].map((user) => admission.refusal(row(user)))).toEqual(['erased', undefined, undefined]);
  expect(
    admission.refusal({ event_timestamp: AT_MS, client_id: 'a' }),
    'a client of that id is somebody else',
  ).toBeUndefined();
  await admission.renew(warehouse.client, STATEMENTS);
  expect(admission.version).toBe(version);
  expect(warehouse.asked).toEqual(['lock; read', 'tombstones', 'lock; read']);

  warehouse.state.users.push('b');
  await admission.renew(warehouse.client, STATEMENTS);
  expect(admission.version).not.toBe(version);
  expect(['a', 'b'].map((user) => admission.refusal(row(user)))).toEqual(['erased', 'erased']);
  // Somebody has taken tombstones away.
  warehouse.state.users = ['b'];
  await admission.renew(warehouse.client, STATEMENTS);
  expect(['a', 'b'].map((user) => admission.refusal(row(user)))).toEqual([undefined, 'erased']);
});

it('refuses what is older than events are kept, dead letters by the hour of their object', async () => {
  const warehouse = warehouseOf({ users: [], keptFrom_ms: AT_MS });
  const admission = new Admission();
  await admission.renew(warehouse.client, STATEMENTS);
  expect([AT_MS - 1, AT_MS].map((at) => admission.refusal(row(null, at)))).toEqual(['expired', undefined]);
  const keys = ['events/2025/12/06/04/event-z.json', 'events/2025/12/06/05/event-a.json'];
  expect(keys.map((key) => admission.refusalOfReject(reject(key, 'x')))).toEqual(['expired', undefined]);
});

it('refuses the dead letters of who was erased', async () => {
  const admission = new Admission();
  await admission.renew(warehouseOf({ users: ['a'], keptFrom_ms: null }).client, STATEMENTS);
  const refusals = ['{"userId":"a"', '{"userId":"b"}', 'a'].map((raw) =>
    admission.refusalOfReject(reject('events/', raw)),
  );
  expect(refusals).toEqual(['erased', undefined, undefined]);
});

it('forgets answers rather than keeping one for every visitor there ever was', async () => {
  const admission = new Admission();
  await admission.renew(warehouseOf({ users: ['9'], keptFrom_ms: null }).client, STATEMENTS);
  for (let id = 0; id < 25_000; id += 1)
    expect(admission.refusal(row(String(id)))).toBe(id === 9 ? 'erased' : undefined);
});
