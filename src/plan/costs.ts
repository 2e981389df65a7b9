import file from './costs.json' with { type: 'json' };

/**
 * What a run takes, by what it reads: CPU times of one whole core, and the server's time beside it. Learnt from hours of all sizes
 * and shapes: `npm run bench -- forecasts` holds what comes of them against such hours, and `--write-costs` writes `costs.json`.
 */
export interface Costs {
  /** The connection, taking the hour: CPU and wall alike. Loading Node is before it. */
  readonly start_ms: number;
  /** Client CPU that code takes more until V8 has compiled it, of an hour that is large enough for all of it. */
  readonly warmUp_ms: number;
  /** Client CPU of each object, beside its events: a GET and its share of the listing. */
  readonly object_us: number;
  /** Client CPU of each event, beside its bytes. */
  readonly event_us: number;
  /** Client CPU of each kilobyte of events, inflated. */
  readonly kilobyte_us: number;
  /** The server's time for each event's row, while the client reads on. */
  readonly row_us: number;
  /** What is left when the rest is done, most of it settling: of an hour with few events, and for each event. */
  readonly settle_ms: number;
  readonly settleEvent_us: number;
  /** The memory of a process that reads small objects, and of one that reads large ones, MiB. */
  readonly smallObjects_mb: number;
  readonly largeObjects_mb: number;
}

/** Where and when costs were measured. */
export interface CostsMeasured {
  readonly date: string;
  readonly machine: string;
  readonly command: string;
}

export const COSTS: Costs = file.costs;
export const COSTS_MEASURED: CostsMeasured = file.measured;
