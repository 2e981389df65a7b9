/** A request as an HTTP API of API Gateway hands it to a function, payload format 2.0. */
export const sampleRequest = {
  version: '2.0',
  routeKey: 'POST /clickstream',
  rawPath: '/clickstream',
  rawQueryString: '',
  headers: {
    'content-type': 'application/json',
    'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
    'user-agent': 'Mozilla/5.0',
  },
  requestContext: {
    accountId: '123456789012',
    apiId: 'abc123',
    requestId: 'test-request-id',
    stage: '$default',
    http: {
      method: 'POST',
      path: '/clickstream',
      protocol: 'HTTP/1.1',
      sourceIp: '203.0.113.1',
      userAgent: 'Mozilla/5.0',
    },
  },
  body: JSON.stringify({
    eventName: 'view_product',
    userId: 'u-123',
    sessionId: 's-abc',
    pageUrl: 'https://example.com/product/sku-1',
    referrer: 'https://google.com',
    userLoginState: 'guest',
    product: { id: 'sku-1', name: 'Laptop', category: 'Computers', brand: 'SBW', price: 1200, discountPrice: 999 },
  }),
  isBase64Encoded: false,
};
