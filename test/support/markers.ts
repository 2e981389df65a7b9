/**
 * Secrets and content that must never be in a log. The integration suite uses them wherever it needs such a value, keeps
 * every line that the product writes, and fails at its end when one of them is among those.
 */
export const MARKERS = {
  /** Of the PostgreSQL roles. */
  password: 'marker-Pg-9f31c07e',
  secretKey: 'markerSecretKey/5b8f0a12+e6',
  sessionToken: 'markerSessionToken/77d1c3==',
  sourceIp: '203.0.113.9',
  userAgent: 'MarkerBrowser/4.2e19',
} as const;

/** What the suite's own events hold, beside {@link MARKERS}: parts of addresses, names, ids and lines that are no JSON. */
export const CONTENT: readonly string[] = [
  'shop.example/p/',
  'Lamp',
  '00000000-0000-4000-8000-',
  'not json at all',
  '"pageUrl',
  'sku-',
  'planted-',
];
