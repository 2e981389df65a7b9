import { afterAll, beforeAll, expect, it } from 'vitest';
import fc from 'fast-check';
import { readWarehouseSettings } from '../../src/config/settings.ts';
import { runEtl } from '../../src/etl/run-etl.ts';
import type { S3Server } from '../../src/local/s3/server.ts';
import { rebuild } from '../../src/warehouse/rebuild.ts';
import { whatIf, type SessionFigures } from '../../src/warehouse/what-if.ts';
import { event, freshBucket, HOUR_MS, ndjson, PREFIX } from '../support/bucket.ts';
import { settlingRule } from '../support/rules.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { runCli } from './run-cli.ts';

let s3: S3Server;
let warehouse: TestWarehouse;

const at = (number: number, visitor: string, minute: number, fields: object = {}): object => ({
  ...event(number, { clientId: visitor, ...fields }),
  eventTimestamp: HOUR_MS + minute * 60_000,
});

beforeAll(async () => {
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
  const visitors = Array.from({ length: 40 }, (_, n) => at(1000 + n, `w${n % 6}`, -((n * 37) % 600)));
  const events = [
    at(1, 'v', -100),
    at(2, 'v', -80),
    at(3, 'v', -45, { eventName: 'purchase', orderId: 'o1', orderTotal: 5, currency: 'EUR' }),
    at(4, 'x', -30, { sessionId: 's1' }),
    ...visitors,
  ];
  await s3.putObject('raw', `${PREFIX}a.json`, ndjson(events));
  await runEtl({ overridePrefix: PREFIX }, warehouse.settings);
});

afterAll(async () => {
  await warehouse.close();
  await s3.close();
});

const run = (...args: string[]) => runCli(['sessions', 'what-if', ...args], warehouse.env);

it('says what another timeout would split and join, day by day, with the pauses around it', async () => {
  const { exitCode, stdout, stderr } = await run(
    '--timeout',
    '10',
    '--from',
    '2025-12-06T03',
    '--to',
    '2025-12-06T04',
    '--by-day',
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^now: {2}30 minutes, no cut at midnight, days of UTC\nthen: 10 minutes, no cut/);
  expect(stdout).toMatch(/^sessions +\d+ +\d+$/m);
  expect(stdout).toMatch(/^conversion +\d+\.\d % +\d+\.\d %$/m);
  expect(stdout).toMatch(/^2025-12-06 +\d+ +\d+ +\+\d+ +\d+ +0$/m);
  expect(stdout).toContain('Not counted: 1 session that clients named');
  expect(stdout).toMatch(/^5 to 10 +\d+ .*< timeout then$/m);
  expect(stdout).toMatch(/^25 to 30 +\d+ .*< timeout now$/m);
});

it('is for programs, too, and leaves out the days unless they are asked for', async () => {
  const { stdout } = await run('--timeout', '40', '--json', '--from', '2025-12-06T03', '--to', '2025-12-06T04');
  const document = JSON.parse(stdout) as {
    now: object;
    then: object;
    joined: number;
    pauses: { toMinutes: number | null }[];
  };
  expect(document.now).toMatchObject({ rule: { timeoutMinutes: 30 } });
  expect(document.then).toMatchObject({ rule: { timeoutMinutes: 40 } });
  expect(document.joined).toBeGreaterThan(0);
  expect(document.pauses.at(-1)!.toMinutes).toBeNull();
  expect(document).not.toHaveProperty('days');
});

it.each([
  [[], 'Say what the rule would be'],
  [['--timeout', '0'], '--timeout is "0"'],
  [['--time-zone', 'Atlantis'], '--time-zone is "Atlantis"'],
  [['--timeout', '5', '--to', '2025-12-06T05'], '--to is the end of a range'],
])('refuses %j', async (args, message) => {
  const { exitCode, stdout, stderr } = await run(...args);
  expect(stderr).toContain(message);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
});

/** The figures of derived sessions, from their rows. */
async function figures(): Promise<SessionFigures> {
  const [row] = await warehouse.rows<SessionFigures>(`
    SELECT count(*)::integer AS sessions, count(DISTINCT visitor_id)::integer AS visitors,
      sum(extract(epoch FROM ended_at - started_at) * 1000)::double precision AS duration_ms,
      (count(*) FILTER (WHERE page_views <= 1))::integer AS bounces, (count(*) FILTER (WHERE orders > 0))::integer AS ordered
    FROM clickstream_sessions WHERE derived`);
  return row!;
}

it('says what a rebuild by the other rule then makes of it, and changes nothing itself', async () => {
  const settings = readWarehouseSettings(warehouse.env);
  const owner = readWarehouseSettings(warehouse.adminEnv);
  await fc.assert(
    fc.asyncProperty(settlingRule, async (rule) => {
      const before = await figures();
      const found = await whatIf(settings, rule);
      expect(found.total.now).toEqual(before);
      expect(await figures()).toEqual(before);
      await rebuild(owner, rule);
      expect(found.total.then).toEqual(await figures());
      let byDay = 0;
      for (const { then } of found.days.values()) byDay += then.sessions;
      expect(byDay).toBe(found.total.then.sessions);
      const same = await whatIf(settings, rule);
      expect(same.total).toMatchObject({ split: 0, joined: 0, now: same.total.then });
      const over = same.pauses.filter(({ over_ms }) => over_ms >= rule.sessionTimeout_ms);
      let pauses = 0;
      for (const one of over) pauses += one.pauses;
      if (!rule.cutAtMidnight) expect(pauses).toBe(found.total.then.sessions - found.total.then.visitors);
    }),
    { numRuns: 6 },
  );
});
