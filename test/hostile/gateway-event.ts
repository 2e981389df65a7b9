import type { GatewayEvent } from '../../src/ingest/request.ts';

/**
 * A request as API Gateway hands it over: bytes that are no text it encodes in base64. Of a client that names no user agent,
 * since the same events read from a file have none.
 */
export function gatewayEvent(body: string | Buffer): GatewayEvent {
  return {
    rawPath: '/clickstream',
    headers: { 'content-type': 'application/json' },
    requestContext: {
      requestId: 'request-1',
      apiId: 'api-1',
      stage: '$default',
      http: { method: 'POST', path: '/clickstream', sourceIp: '203.0.113.1', userAgent: '' },
    },
    body: typeof body === 'string' ? body : body.toString('base64'),
    isBase64Encoded: typeof body !== 'string',
  };
}
