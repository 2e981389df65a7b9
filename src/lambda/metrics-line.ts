import type { Counts } from '../etl/pipeline/ledger.ts';

/** What one invocation came to. */
export interface InvocationFacts {
  /** When it ended, in milliseconds since 1970. */
  readonly at_ms: number;
  /** TARGET_TABLE: the only dimension, so that a second warehouse has metrics of its own. */
  readonly table: string;
  /** What was committed, over all hours, those that failed included. */
  readonly counts: Readonly<Counts>;
  /** Dead letters by code. Kept beside the metrics: each would be one to pay for. */
  readonly rejects: Readonly<Record<string, number>>;
  /** Hours that failed; 1 for a run that failed before it came to any. */
  readonly failed: number;
  readonly duration_ms: number;
  readonly peakRss_mb: number;
  /** Seconds since the end of the newest completed hour; absent when nothing was completed or the warehouse was silent. */
  readonly lag_s?: number;
}

type Unit = 'Count' | 'Milliseconds' | 'Megabytes' | 'Seconds';

/**
 * One line of JSON in CloudWatch's embedded metric format, from which CloudWatch Logs makes metrics by itself: nothing
 * is called and nothing waits.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricsLine(facts: InvocationFacts): string {
  const { at_ms, table, counts, rejects, failed, duration_ms, peakRss_mb, lag_s } = facts;
  const metrics: readonly (readonly [string, Unit, number])[] = [
    ['EventsRead', 'Count', counts.read],
    ['EventsInserted', 'Count', counts.inserted],
    ['EventsDuplicate', 'Count', counts.duplicates],
    ['EventsRejected', 'Count', counts.rejected],
    ['EventsDropped', 'Count', counts.dropped],
    ['Objects', 'Count', counts.processed],
    ['Batches', 'Count', counts.batches],
    ['Failed', 'Count', failed],
    ['Duration', 'Milliseconds', Math.round(duration_ms)],
    ['PeakMemory', 'Megabytes', Math.round(peakRss_mb)],
    ...(lag_s === undefined ? [] : [['Lag', 'Seconds', Math.round(lag_s)] as const]),
  ];
  return JSON.stringify({
    _aws: {
      Timestamp: at_ms,
      CloudWatchMetrics: [
        {
          Namespace: 'Clickstream',
          Dimensions: [['Table']],
          Metrics: metrics.map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    },
    Table: table,
    ...Object.fromEntries(metrics.map(([name, , value]) => [name, value])),
    RejectedByCode: rejects,
  });
}
