/** Postgres' answers after which the same work may succeed, with the name that its manual gives them. */
const RETRYABLE = new Map([
  ['40001', 'serialization_failure'],
  ['40P01', 'deadlock_detected'],
  ['55P03', 'lock_not_available'],
  ['57P01', 'admin_shutdown'],
  ['57P02', 'crash_shutdown'],
  ['57P03', 'cannot_connect_now'],
  ['53300', 'too_many_connections'],
  ['25006', 'read_only_sql_transaction'],
  ['08000', 'connection_exception'],
  ['08003', 'connection_does_not_exist'],
  ['08006', 'connection_failure'],
  ['08001', 'sqlclient_unable_to_establish_sqlconnection'],
  // Two runs brought the same event at once: the second sees it in the next try.
  ['23505', 'unique_violation'],
  ['25P03', 'idle_in_transaction_session_timeout'],
  ['ECONNRESET', 'connection reset'],
  ['ECONNREFUSED', 'connection refused'],
  ['EPIPE', 'broken pipe'],
  ['ETIMEDOUT', 'connection timed out'],
  ['EAI_AGAIN', 'name not resolved for now'],
  ['ENETUNREACH', 'network unreachable'],
  ['EHOSTUNREACH', 'host unreachable'],
]);

// node-postgres reports a socket that ended, and its own connection time-out, without a code.
const LOST_CONNECTION =
  /connection terminated|timeout expired|connection ended|client has encountered a connection error/i;

/** The code of a Postgres or socket error; undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Whether trying again, on a new connection if need be, may help. */
export function isRetryable(error: unknown): boolean {
  const code = errorCode(error);
  if (code !== undefined && RETRYABLE.has(code)) return true;
  return code === undefined && error instanceof Error && LOST_CONNECTION.test(error.message);
}

/** Milliseconds to wait before try `attempt` (from 1): exponential from 100 ms to 5 s, with full jitter. */
export function backoff_ms(attempt: number): number {
  return Math.random() * Math.min(5_000, 100 * 2 ** attempt);
}
