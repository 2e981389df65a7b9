import { afterAll, beforeAll, expect, it } from 'vitest';
import { Connection } from '../../src/etl/sinks/postgres/connection.ts';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';

const LONGEST_WORK_MS = 1_000;
let warehouse: TestWarehouse;
let proxy: PostgresProxy;

beforeAll(async () => {
  warehouse = await freshWarehouse();
  proxy = await startPostgresProxy(warehouse.settings.postgres);
});

afterAll(async () => {
  await proxy.close();
  await warehouse.close();
});

const connection = (): Connection => {
  const { host, port } = proxy;
  return new Connection({ ...warehouse.settings.postgres, host, port }, 'silence', () => Infinity, LONGEST_WORK_MS);
};
const answer = async (from: Connection): Promise<unknown> => {
  const { rows } = await from.run((client) => client.query<{ answer: number }>('SELECT 42 AS answer'));
  return rows[0]?.answer;
};

it('a run without a time limit tries again on a new connection when one falls silent', async () => {
  let silenced = 0;
  proxy.plan = ({ at, statement }) => {
    if (at !== 'statement' || !statement.includes('42') || silenced > 0) return undefined;
    silenced += 1;
    return { kind: 'silence' };
  };
  const own = connection();
  expect(await answer(own)).toBe(42);
  expect(silenced).toBe(1);
  await own.close();
});

it('and gives up with a code when every one does', async () => {
  proxy.plan = ({ at, statement }) =>
    at === 'statement' && statement.includes('42') ? { kind: 'silence' } : undefined;
  const own = connection();
  await expect(answer(own)).rejects.toMatchObject({ code: 'warehouse_unreachable' });
  await own.close();
});
