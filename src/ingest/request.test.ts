import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { isClickstreamPath, readRequest, type GatewayEvent } from './request.ts';

const event = {
  rawPath: '/prod/clickstream',
  headers: { origin: 'https://shop.example', 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678' },
  requestContext: {
    requestId: 'request-1',
    apiId: 'abc123',
    stage: 'prod',
    http: { method: 'POST', path: '/prod/clickstream', sourceIp: '203.0.113.1', userAgent: 'Mozilla/5.0' },
  },
  body: '{}',
  isBase64Encoded: false,
};

test('an event of the AWS type definitions is one of ours', () => {
  expectTypeOf<APIGatewayProxyEventV2>().toExtend<GatewayEvent>();
});

test('a request says where it came from', () => {
  expect(readRequest(event)).toEqual({
    method: 'POST',
    isClickstreamPath: true,
    origin: 'https://shop.example',
    body: '{}',
    isBase64Encoded: false,
    provenance: {
      sourceIp: '203.0.113.1',
      userAgent: 'Mozilla/5.0',
      method: 'POST',
      path: '/prod/clickstream',
      requestId: 'request-1',
      apiId: 'abc123',
      stage: 'prod',
      traceId: 'Root=1-67891233-abcdef012345678912345678',
    },
  });
});

test('headers are found in any spelling', () => {
  const headers = { Origin: 'https://shop.example', 'User-Agent': 'curl/8', 'X-Amzn-Trace-Id': 'Root=1' };
  const request = readRequest({ ...event, headers, requestContext: { stage: 'prod' } });
  expect(request.origin).toBe('https://shop.example');
  expect(request.provenance).toMatchObject({ userAgent: 'curl/8', traceId: 'Root=1' });
});

test('a long text is cut, so that a small request cannot store megabytes', () => {
  const http = { ...event.requestContext.http, userAgent: 'a'.repeat(10_000) };
  const { provenance } = readRequest({ ...event, requestContext: { ...event.requestContext, http } });
  expect(provenance.userAgent).toHaveLength(1024);
});

describe('what is not an API Gateway event is read as one that says nothing', () => {
  test.each([
    [undefined],
    [null],
    ['text'],
    [[]],
    [{}],
    [{ requestContext: null, headers: 'x', body: {}, rawPath: 7 }],
    [{ requestContext: { http: [] }, isBase64Encoded: 'true' }],
  ])('%j', (odd: unknown) => {
    const request = readRequest(odd);
    expect(request).toMatchObject({ method: null, isClickstreamPath: false, body: null, isBase64Encoded: false });
    expect(Object.values(request.provenance)).toEqual(Array(8).fill(null));
  });
});

test.each([
  ['/clickstream', null, true],
  ['/clickstream/', null, true],
  ['/clickstream', '$default', true],
  ['/clickstream', 'prod', true],
  ['/prod/clickstream', 'prod', true],
  ['/prod/clickstream/', 'prod', true],
  ['/clickstream', 'clickstream', true],
  ['/clickstream/clickstream', 'clickstream', true],
  ['/$default/clickstream', '$default', false],
  ['/dev/clickstream', 'prod', false],
  ['/prod/clickstream', '$default', false],
  ['/prodclickstream', 'prod', false],
  ['/clickstream//', null, false],
  ['/clickstream/x', null, false],
  ['/Clickstream', null, false],
  ['/', 'prod', false],
  ['', null, false],
])('path %j on stage %j is the endpoint: %j', (path, stage, expected) => {
  expect(isClickstreamPath(path, stage)).toBe(expected);
});

test('a long text is cut between characters, so that no half of one is stored with the events', () => {
  const userAgent = `${'x'.repeat(1023)}🛒`;
  const { provenance } = readRequest({ requestContext: { http: { userAgent } } });
  expect(provenance.userAgent).toBe(`${'x'.repeat(1023)}\ufffd`);
});
