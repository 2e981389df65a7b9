import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { ClickstreamError } from '../errors.ts';
import { parseBody } from './body.ts';
import { withDeadline } from './deadline.ts';
import { checkEvents, writeEvents } from './events.ts';
import { objectKey } from './key.ts';
import { describeFailure, stdoutLog, type IngestLog } from './log.ts';
import { Refusal, badBody } from './refusal.ts';
import { readRequest, type GatewayEvent, type IngestRequest } from './request.ts';
import { answer, corsHeaders, preflight, type Headers } from './respond.ts';
import { readAllowedOrigins, readSettings, type AllowedOrigins, type IngestSettings } from './settings.ts';
import { createS3Writer, s3OptionsFrom, type ObjectWriter } from './store.ts';

/** Time for the store, its retries included: leaves 2 s of the promised 10 for everything else, a cold start too. */
const STORE_BUDGET_MS = 8_000;
/** What is kept back of Lambda's own remaining time to answer in. */
const ANSWER_RESERVE_MS = 500;

/** All that the handler takes from outside; everything has a default for running in Lambda. */
export interface IngestDeps {
  /** Read at each call, never at import. Default `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Epoch milliseconds; decides `receivedAt`, the key's hour and the time in new ids. Time-outs keep real time. */
  readonly now?: () => number;
  /** Default: S3, connected to at the first request and kept. */
  readonly store?: ObjectWriter;
  readonly log?: IngestLog;
  readonly storeBudget_ms?: number;
}

/** The part of Lambda's context that is used. */
export interface InvocationContext {
  readonly awsRequestId?: string;
  readonly getRemainingTimeInMillis?: () => number;
}

/** Answers one request; never rejects. */
export type IngestHandler = (
  event: GatewayEvent,
  context?: InvocationContext,
) => Promise<APIGatewayProxyStructuredResultV2>;

/**
 * Makes the handler of `POST /clickstream` for an API Gateway HTTP API (payload format 2.0).
 *
 * Answers 200 `{success: true, accepted, errors?}` once the store has confirmed the object; 4xx `{success: false,
 * message, errors?}` for what the client can mend; 204 to a preflight; 500 for a wrong setting or a failing store, with
 * a log line that says which. It checks path, method, settings and body, in this order.
 */
export function createIngestHandler(deps: IngestDeps = {}): IngestHandler {
  const { env = process.env, now = () => Date.now(), log = stdoutLog, storeBudget_ms = STORE_BUDGET_MS } = deps;
  let { store } = deps;

  /** Stores the request's events and gives the answer's body. */
  async function ingest(request: IngestRequest, settings: IngestSettings, context?: InvocationContext) {
    const checked = checkEvents(parseBody(request, settings.maxBody_bytes));
    // One reading for the stamp, the key and the ids, so that an event cannot lie in another hour than it says.
    const receivedAt_ms = Math.floor(now());
    const object = {
      bucket: settings.bucket,
      key: objectKey(receivedAt_ms),
      ...writeEvents(checked, request.provenance, receivedAt_ms),
    };
    await storeWithin(budgetOf(context, storeBudget_ms), async (signal) => {
      store ??= createS3Writer({ endpoint: settings.endpoint, ...s3OptionsFrom(env) });
      await store.put(object, { signal });
    });
    const { events, errors } = checked;
    return { success: true, accepted: events.length, ...(errors.length > 0 ? { errors } : {}) } as const;
  }

  return async (event, context) => {
    const started_ms = performance.now();
    const request = readRequest(event);
    const cors = corsHeaders(originsOrNone(env), request.origin);
    try {
      checkRoute(request);
      if (request.method === 'OPTIONS') return preflight(cors);
      return answer(200, await ingest(request, readSettings(env), context), cors);
    } catch (error) {
      if (error instanceof Refusal) return refuse(error, cors);
      const { fields, message } = describeFailure(error);
      const requestId = request.provenance.requestId ?? context?.awsRequestId;
      log.error({ ...fields, requestId, duration_ms: Math.round(performance.now() - started_ms) }, message);
      return answer(500, { success: false, message: 'Internal error' }, cors);
    }
  };
}

function checkRoute({ isClickstreamPath, method }: IngestRequest): void {
  if (!isClickstreamPath) {
    throw new Refusal({ statusCode: 404, code: 'not_found', message: 'Not found; events go to POST /clickstream' });
  }
  if (method === null) throw badBody('not_http_api', 'The request names no method');
  if (method !== 'POST' && method !== 'OPTIONS') {
    throw new Refusal({ statusCode: 405, code: 'method_not_allowed', message: 'Method not allowed; use POST' });
  }
}

function refuse({ statusCode, message, errors }: Refusal, cors: Headers) {
  const headers = statusCode === 405 ? { ...cors, allow: 'POST, OPTIONS' } : cors;
  return answer(statusCode, { success: false, message, ...(errors === undefined ? {} : { errors }) }, headers);
}

/** Gives the store's failures a code; what they were lies in the cause. */
async function storeWithin(budget_ms: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  try {
    await withDeadline(budget_ms, work);
  } catch (cause) {
    if (cause instanceof ClickstreamError) throw cause;
    const message = 'The events could not be stored; see the cause, the bucket in RAW_BUCKET_NAME and the permissions';
    throw new ClickstreamError({ code: 'store_failed', stage: 'ingest', message, cause });
  }
}

/** The store's time: never so long that Lambda would end the function before it has answered. */
function budgetOf(context: InvocationContext | undefined, budget_ms: number): number {
  const remaining_ms = context?.getRemainingTimeInMillis?.() ?? Infinity;
  return Math.max(0, Math.min(budget_ms, remaining_ms - ANSWER_RESERVE_MS));
}

/** A wrong `ALLOWED_ORIGINS` allows no origin, until the settings are checked and it is reported. */
function originsOrNone(env: NodeJS.ProcessEnv): AllowedOrigins {
  try {
    return readAllowedOrigins(env);
  } catch {
    return new Set();
  }
}
