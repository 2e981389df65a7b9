import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { EventError } from './refusal.ts';
import type { AllowedOrigins } from './settings.ts';

export type Headers = Readonly<Record<string, string>>;

/** What a client reads in an answer's body. */
export type AnswerBody =
  | { readonly success: true; readonly accepted: number; readonly errors?: readonly EventError[] }
  | { readonly success: false; readonly message: string; readonly errors?: readonly EventError[] };

/**
 * The CORS headers of every answer, errors included: without them a browser hides the error from the page. Credentials
 * are never allowed, so that `*` is safe.
 */
export function corsHeaders(allowed: AllowedOrigins, origin: string | null): Headers {
  if (allowed === '*') return { 'access-control-allow-origin': '*' };
  // The answer depends on who asks even when it is no; a cache must not hand one origin's answer to another.
  if (origin === null || !allowed.has(origin)) return { vary: 'origin' };
  return { 'access-control-allow-origin': origin, vary: 'origin' };
}

/** The answer to a browser's preflight. Browsers cap the day that it may be remembered at what they allow. */
export function preflight(cors: Headers): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: 204,
    headers: {
      ...cors,
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '86400',
    },
  };
}

/** An answer with a JSON body. */
export function answer(statusCode: number, body: AnswerBody, headers: Headers): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
