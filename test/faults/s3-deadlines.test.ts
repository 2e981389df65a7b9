import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { S3Store } from '../../src/etl/sources/s3/store.ts';
import type { S3Fault } from '../support/faulty-s3.ts';
import { BenchPool, LIMITS, ORACLE, PLACES, s3Error } from '../support/faulty-s3-hour.ts';
import { expectLoaded, expectOnePass, expectWholeBatches } from '../support/ledger.ts';
import { Sometimes } from '../support/sometimes.ts';

const benches = new BenchPool();
afterAll(() => benches.close());
afterEach(() => void vi.unstubAllEnvs());

const sometimes = new Sometimes('stopped after commits', 'ended by its deadline');

/** A few seconds, where the store's own waits and tries take up to minutes. */
const BUDGET_MS = 4_000;

const ENDLESS: readonly (readonly [what: string, fault: S3Fault])[] = [
  ['no answer', { kind: 'silence' }],
  ['headers that stall', { kind: 'stop', within: 'headers', share: 0.5, then: 'stall' }],
  ['a body that stalls', { kind: 'stop', within: 'body', share: 0.3, then: 'stall' }],
  ['a body that trickles', { kind: 'drip', piece_bytes: 10, pause_ms: 100 }],
  ['503 SlowDown', s3Error(503, 'SlowDown')],
  ['resets', { kind: 'stop', within: 'headers', share: 0, then: 'reset' }],
];

describe('with a few seconds, and the limits that the store has by itself, a run ends in time', () => {
  const CASES = ENDLESS.flatMap(([what, fault]) => PLACES.map((place) => ({ what, fault, place })));

  // Some at once: nearly all of the time is waiting.
  it.concurrent.each(CASES)('$place: $what without end', async ({ place, fault }) => {
    await benches.use(async (s3Bench) => {
      const { warehouse } = s3Bench.bench;
      // The bench holds the run to its time.
      const ending = await s3Bench.run(place, fault, { remaining_ms: BUDGET_MS, storeLimits: {} });
      expect(ending.code ?? ending.status).toMatch(/^(?:partial|store_unavailable)$/);
      await expectWholeBatches(warehouse);
      const [sums] = await warehouse.rows<{ batches: number }>(
        'SELECT sum(batches)::int AS batches FROM clickstream_runs',
      );
      if (ending.status === 'partial') sometimes.saw('ended by its deadline');
      if (sums!.batches > 0) sometimes.saw('stopped after commits');

      // Out of time while it settled, it could not let go of its hour, which is free within ten seconds.
      let again = await s3Bench.run(place, undefined);
      for (let waited = 0; again.status === 'busy' && waited < 10; waited += 1) {
        await sleep(1_000);
        again = await s3Bench.run(place, undefined);
      }
      expect(again).toMatchObject({ status: 'complete' });
      await expectLoaded(warehouse, ORACLE);
      await expectOnePass(warehouse, ORACLE);
    });
  });
});

it('a burst of refusals, of every request for two seconds, is waited out', async () => {
  await benches.use(async (s3Bench) => {
    let end_ms: number | undefined;
    let refused = 0;
    const loaded = await s3Bench.runWith(
      ({ key }) => {
        if (key === '') return undefined;
        end_ms ??= performance.now() + 2_000;
        if (performance.now() > end_ms) return undefined;
        refused += 1;
        return s3Error(503, 'SlowDown');
      },
      { remaining_ms: 60_000, storeLimits: {} },
    );
    expect(refused, 'objects were asked for in it').toBeGreaterThan(10);
    expect(loaded).toMatchObject({ status: 'complete' });
    await expectLoaded(s3Bench.bench.warehouse, ORACLE);
    await expectOnePass(s3Bench.bench.warehouse, ORACLE);
  });
});

it.concurrent.each(PLACES)('%s: a body that trickles is given up, though it never stalls', async (place) => {
  await benches.use(async (s3Bench) => {
    const trickle: S3Fault = { kind: 'drip', piece_bytes: 10, pause_ms: 50 };
    const storeLimits = { ...LIMITS, timeouts: { ...LIMITS.timeouts, whole_ms: 3_000 } };
    const failed = await s3Bench.run(place, trickle, { storeLimits });
    expect(failed).toMatchObject({ status: 'failed', code: 'store_unavailable', requests: 3 });
    expect(failed.message).toContain('TooSlow');
    expect(await s3Bench.run(place, undefined)).toMatchObject({ status: 'complete' });
    await expectLoaded(s3Bench.bench.warehouse, ORACLE);
  });
});

describe('before there is any answer', () => {
  const NEVER = new AbortController().signal;
  const list = async (store: S3Store, signal = NEVER): Promise<void> => {
    for await (const _ of store.list('', { signal }));
  };

  it('a server that accepts connections and says nothing, not even in TLS, is given up', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'test');
    const sockets = new Set<Socket>();
    const mute = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const { port } = mute.address() as { port: number };
    const limits = { ...LIMITS, timeouts: { connect_ms: 500, answer_ms: 30_000 } };
    const store = new S3Store({ bucket: 'raw', endpoint: `https://127.0.0.1:${port}`, ...limits });
    await expect(list(store)).rejects.toMatchObject({ code: 'store_unavailable', stage: 'list' });
    expect(sockets.size).toBe(LIMITS.retries.maxAttempts);
    await store.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => mute.close(resolve));
  });

  describe('when credentials never come', () => {
    let dir: string;
    beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'clickstream-profile-'))));
    afterAll(() => rmSync(dir, { recursive: true, force: true }));

    /** A program that is to give credentials, as a profile may name one; it ends with its folder. */
    const withoutCredentials = (): S3Store => {
      const config = join(dir, 'config');
      const program = join(dir, 'mute.sh');
      writeFileSync(program, `while [ -e '${program}' ]; do sleep 0.2; done\n`);
      writeFileSync(config, `[profile mute]\ncredential_process = sh ${program}\nregion = eu-west-1\n`);
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'])
        vi.stubEnv(name, undefined);
      vi.stubEnv('AWS_PROFILE', 'mute');
      vi.stubEnv('AWS_CONFIG_FILE', config);
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', config);
      vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
      return new S3Store({
        bucket: 'raw',
        endpoint: 'http://127.0.0.1:9',
        ...LIMITS,
        timeouts: { credentials_ms: 1_000 },
      });
    };

    it('a coded error says so', async () => {
      const store = withoutCredentials();
      await expect(list(store)).rejects.toMatchObject({ code: 'no_credentials', stage: 'list' });
      await store.close();
    }, 20_000);

    it('whoever stops reading need not wait for them', async () => {
      const store = withoutCredentials();
      const stop = new AbortController();
      const listing = list(store, stop.signal);
      setTimeout(() => stop.abort(), 100);
      await expect(listing).rejects.toMatchObject({ code: 'aborted' });
      await store.close();
    }, 20_000);
  });
});
