/** Longest text kept of what a client or a gateway says about a request; see {@link readRequest}. */
const MAX_TEXT_LENGTH = 1024;

/**
 * The part of an API Gateway HTTP API event (payload format 2.0) that is read here. Everything is optional, because a
 * test invocation or another trigger may leave out anything; an `APIGatewayProxyEventV2` fits.
 */
export interface GatewayEvent {
  readonly rawPath?: string | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  readonly requestContext?:
    | {
        readonly requestId?: string | undefined;
        readonly apiId?: string | undefined;
        readonly stage?: string | undefined;
        readonly http?:
          | {
              readonly method?: string | undefined;
              readonly path?: string | undefined;
              readonly sourceIp?: string | undefined;
              readonly userAgent?: string | undefined;
            }
          | undefined;
      }
    | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

/** Who sent a request and by which way it came; stored with each event under `_ingest`. Unknown is null. */
export interface Provenance {
  readonly sourceIp: string | null;
  readonly userAgent: string | null;
  readonly method: string | null;
  readonly path: string | null;
  readonly requestId: string | null;
  readonly apiId: string | null;
  readonly stage: string | null;
  readonly traceId: string | null;
}

/** An API Gateway event, read once and defensively. */
export interface IngestRequest {
  /** In upper case; null when the event names none, and so is not from an HTTP API. */
  readonly method: string | null;
  readonly isClickstreamPath: boolean;
  readonly origin: string | null;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
  readonly provenance: Provenance;
}

/**
 * Reads what the handler needs of a gateway event, and never throws, whatever the event is.
 *
 * Texts are cut to 1,024 characters: they are stored with each of up to 500 events, so that a long user agent would
 * make a small request store megabytes.
 */
export function readRequest(event: unknown): IngestRequest {
  const root = objectOf(event);
  const context = objectOf(root['requestContext']);
  const http = objectOf(context['http']);
  const headers = objectOf(root['headers']);
  const method = text(http['method'])?.toUpperCase() ?? null;
  const path = text(root['rawPath']) ?? text(http['path']);
  const stage = text(context['stage']);
  return {
    method,
    isClickstreamPath: path !== null && isClickstreamPath(path, stage),
    origin: text(headerOf(headers, 'origin')),
    body: typeof root['body'] === 'string' ? root['body'] : null,
    isBase64Encoded: root['isBase64Encoded'] === true,
    provenance: {
      sourceIp: text(http['sourceIp']),
      userAgent: text(http['userAgent']) ?? text(headerOf(headers, 'user-agent')),
      method,
      path,
      requestId: text(context['requestId']),
      apiId: text(context['apiId']),
      stage,
      traceId: text(headerOf(headers, 'x-amzn-trace-id')),
    },
  };
}

/**
 * True for `/clickstream`, as it is or after the stage, with or without a trailing slash. HTTP APIs put a named stage
 * before the path in `rawPath`, behind a custom domain too; the `$default` stage has no prefix.
 */
export function isClickstreamPath(path: string, stage: string | null): boolean {
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  if (bare === '/clickstream') return true;
  return stage !== null && stage !== '$default' && bare === `/${stage}/clickstream`;
}

/** API Gateway sends header names in lower case; other senders of the same event shape may not. */
function headerOf(headers: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(headers, name)) return headers[name];
  const spelled = Object.keys(headers).find((key) => key.toLowerCase() === name);
  return spelled === undefined ? undefined : headers[spelled];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | null {
  // Cutting may halve a surrogate pair, which would make a transform's column refuse each of the events.
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT_LENGTH).toWellFormed() : null;
}
