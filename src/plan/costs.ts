/**
 * What a run takes, by what it reads: CPU times of one whole core, and the server's time beside it. `npm run bench -- forecasts`
 * holds what comes of them against hours of all sizes and shapes.
 */
export interface Costs {
  /** Node, the connection, taking the hour: CPU and wall alike. */
  readonly start_ms: number;
  /** Client CPU of each object, beside its events: a GET and its share of the listing. */
  readonly object_us: number;
  /** Client CPU of each event, beside its bytes. */
  readonly event_us: number;
  /** Client CPU of each kilobyte of events, inflated. */
  readonly kilobyte_us: number;
  /** The server's time for each event's row, while the client reads on. */
  readonly row_us: number;
  /** What settling takes when the rest is done: of an hour with few events, and for each event. */
  readonly settle_ms: number;
  readonly settleEvent_us: number;
  /** The memory of a process that reads small objects, and of one that reads large ones, MiB. */
  readonly smallObjects_mb: number;
  readonly largeObjects_mb: number;
}

export const COSTS: Costs = {
  start_ms: 700,
  object_us: 105,
  event_us: 22,
  kilobyte_us: 10,
  row_us: 16,
  settle_ms: 150,
  settleEvent_us: 45,
  smallObjects_mb: 210,
  largeObjects_mb: 205,
};
