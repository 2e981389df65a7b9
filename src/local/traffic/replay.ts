import { Agent, request as httpRequest } from 'node:http';
import { ClickstreamError } from '../../errors.ts';
import { RECEIVED_AT_HEADER } from '../gateway.ts';
import type { TrafficRequest } from './generate.ts';

export interface ReplayOptions {
  /** The endpoint itself, such as `http://127.0.0.1:8080/clickstream`; plain HTTP only. */
  readonly url: string;
  /** How many requests are under way at once. Default 16. */
  readonly concurrency?: number;
  /** Called after each answer with the number of answers so far. */
  readonly onProgress?: (answered: number) => void;
}

export interface ReplayResult {
  readonly requests: number;
  /** How many answers had each status code. */
  readonly statuses: Readonly<Record<number, number>>;
  /** The sum of `accepted` over the answers: the events that ingest says it has stored. */
  readonly accepted: number;
  /** Of the bodies sent. */
  readonly bytes: number;
  readonly duration_ms: number;
}

/**
 * Posts traffic to a gateway with a simulated clock and `trustForwardedFor`. The simulated time and the shopper's address
 * go along as headers of each request, so requests may overtake each other on the way and are still received when the
 * traffic says.
 *
 * @throws ClickstreamError `unexpected_answer` at the first status code that is not the expected one (any 5xx among
 * them), and `gateway_unreachable` when there is no answer at all. Requests under way are awaited before it is thrown.
 */
export async function replay(
  requests: Iterable<TrafficRequest>,
  { url, concurrency = 16, onProgress }: ReplayOptions,
): Promise<ReplayResult> {
  const started_ms = performance.now();
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const endpoint = new URL(url);
  const statuses: Record<number, number> = {};
  let answered = 0;
  let accepted = 0;
  let bytes = 0;
  let failed = false;

  // The workers share one iterator, so the next request is made only when one of them is free.
  const queue = requests[Symbol.iterator]();
  const work = async () => {
    for (let next = queue.next(); !next.done && !failed; next = queue.next()) {
      const body = Buffer.from(next.value.body);
      const answer = await post(agent, endpoint, next.value, body);
      answered += 1;
      bytes += body.length;
      accepted += acceptedIn(answer);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      if (answer.status !== next.value.expectedStatus) throw unexpected(next.value, answer.status);
      onProgress?.(answered);
    }
  };
  try {
    const workers = Array.from({ length: concurrency }, () =>
      work().catch((error: unknown) => {
        failed = true;
        throw error;
      }),
    );
    const failure = (await Promise.allSettled(workers)).find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;
  } finally {
    queue.return?.();
    agent.destroy();
  }
  return { requests: answered, statuses, accepted, bytes, duration_ms: performance.now() - started_ms };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function post(agent: Agent, endpoint: URL, request: TrafficRequest, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const unreachable = (cause: Error) => {
      const message = `No answer from ${endpoint.origin}: ${cause.message}. Is the local gateway running there?`;
      reject(new ClickstreamError({ code: 'gateway_unreachable', stage: 'local', message, cause }));
    };
    const headers = {
      'content-type': request.contentType,
      'content-length': body.length,
      'user-agent': request.userAgent,
      'x-forwarded-for': request.sourceIp,
      [RECEIVED_AT_HEADER]: request.at_ms,
    };
    const outgoing = httpRequest(endpoint, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', unreachable);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('error', unreachable);
    outgoing.end(body);
  });
}

function acceptedIn({ status, text }: Answer): number {
  if (status !== 200) return 0;
  try {
    const { accepted } = JSON.parse(text) as { accepted?: unknown };
    return typeof accepted === 'number' ? accepted : 0;
  } catch {
    return 0;
  }
}

function unexpected({ at_ms, expectedStatus }: TrafficRequest, status: number): ClickstreamError {
  const message =
    `The request received at ${new Date(at_ms).toISOString()} was answered with ${status}; expected ${expectedStatus}. ` +
    'See the log of the ingest; the same seed sends the same request again.';
  return new ClickstreamError({ code: 'unexpected_answer', stage: 'local', message });
}
