import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { type Gateway, type GatewayHandler, startGateway } from '../gateway.ts';
import { generateTraffic, type TrafficRequest } from './generate.ts';
import { replay } from './replay.ts';

const clock = new AsyncLocalStorage<number>();
let gateway: Gateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function listen(handler: GatewayHandler): Promise<string> {
  gateway = await startGateway({ handler, clock, trustForwardedFor: true });
  return `${gateway.url}/clickstream`;
}

/** Requests of which every third is to be refused; the body is the position. */
function numbered(count: number): TrafficRequest[] {
  return Array.from({ length: count }, (_, index) => ({
    at_ms: Date.UTC(2025, 11, 6, 5) + index,
    body: String(index),
    contentType: 'text/plain',
    userAgent: `Shopper/${index}`,
    sourceIp: `203.0.113.${index % 250}`,
    expectedStatus: index % 3 === 0 ? 400 : 200,
  }));
}

const asExpected: GatewayHandler = ({ body }) =>
  Promise.resolve({ statusCode: Number(body) % 3 === 0 ? 400 : 200, body: '{"accepted":2}' });

describe('a replay', () => {
  it('sends every request once, with its time, its sender and its body', async () => {
    const seen: TrafficRequest[] = [];
    const url = await listen(async (event) => {
      const { sourceIp, userAgent } = event.requestContext.http;
      const body = event.body ?? '';
      const answer = await asExpected(event);
      const expectedStatus = answer.statusCode === 400 ? 400 : 200;
      const contentType = event.headers['content-type'] ?? '';
      seen.push({ at_ms: clock.getStore() ?? 0, body, contentType, userAgent, sourceIp, expectedStatus });
      return answer;
    });
    const progress: number[] = [];
    const result = await replay(numbered(100), {
      url,
      concurrency: 8,
      onProgress: (answered) => progress.push(answered),
    });
    expect(seen.sort((a, b) => a.at_ms - b.at_ms)).toEqual(numbered(100));
    expect(result).toMatchObject({ requests: 100, statuses: { 200: 66, 400: 34 }, accepted: 132, bytes: 190 });
    expect(progress).toEqual(numbered(100).map((_, index) => index + 1));
  });

  it('has no more requests under way than it may, and that many', async () => {
    let [underWay, most] = [0, 0];
    let allUnderWay = (): void => {};
    // The first five wait for one another, so that a busy machine cannot make them fewer; the others wait for a moment.
    const five = new Promise<void>((resolve) => (allUnderWay = resolve));
    const url = await listen(async (event) => {
      underWay += 1;
      most = Math.max(most, underWay);
      if (underWay === 5) allUnderWay();
      await five;
      await new Promise((resolve) => setTimeout(resolve, 2));
      underWay -= 1;
      return asExpected(event);
    });
    await replay(numbered(60), { url, concurrency: 5 });
    expect(most).toBe(5);
  });

  it('stops at the first answer that is not the expected one', async () => {
    let handled = 0;
    const url = await listen((event) => {
      handled += 1;
      return event.body === '10' ? Promise.resolve({ statusCode: 500 }) : asExpected(event);
    });
    const outcome = replay(numbered(1000), { url, concurrency: 4 });
    await expect(outcome).rejects.toMatchObject({
      code: 'unexpected_answer',
      stage: 'local',
      message: /2025-12-06T05:00:00\.010Z was answered with 500; expected 200/,
    });
    expect(handled).toBeLessThan(30);
  });

  it('says that nobody listens', async () => {
    const url = await listen(asExpected);
    await gateway?.close();
    await expect(replay(numbered(3), { url })).rejects.toMatchObject({ code: 'gateway_unreachable', stage: 'local' });
    gateway = undefined;
  });

  it('of generated traffic is received as the traffic says', async () => {
    const traffic = generateTraffic({ shoppersPerHour: 30, hours: 1 });
    const requests = [...traffic.requests];
    const statuses = new Map(requests.map(({ body, expectedStatus }) => [body, expectedStatus]));
    const url = await listen(({ body = '', isBase64Encoded }) => {
      const text = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8').toString();
      return Promise.resolve({ statusCode: statuses.get(text) ?? 500, body: '{"accepted":1}' });
    });
    const { total } = traffic.truth();
    const result = await replay(traffic.requests, { url });
    expect(result.requests).toBe(total.requests);
    expect(result.accepted).toBe(total.stored);
  });
});
