import { readEtlSettings } from '../config/settings.ts';
import { S3Store } from '../etl/sources/s3/store.ts';
import { isAtFault, type HourAudit } from '../warehouse/audit-hour.ts';
import { auditHours } from '../warehouse/audit.ts';
import { readAuditHours, type AuditFlags } from './audit-flags.ts';
import { addHour, hourLines, noTotals, summaryLines, type AuditTotals } from './audit-text.ts';
import { EXIT } from './exit-codes.ts';
import { colorsFor, print, printJson, say } from './output.ts';
import { countText, isoText, plural } from './text.ts';

/** Keys of a kind that are named of each hour unless all are asked for. */
const SAMPLE_KEYS = 3;
const PROGRESS_EVERY_MS = 5_000;

/**
 * `clickstream audit`: compares the bucket with what was read, hour by hour.
 *
 * @returns the exit code: complete when everything is in, failed when something is missing, changed or not accounted for.
 * @throws ClickstreamError for what is wrong.
 */
export async function auditCommand(flags: AuditFlags): Promise<number> {
  const now_ms = Date.now();
  const hours = readAuditHours(flags, now_ms);
  const settings = readEtlSettings(process.env);
  const store = new S3Store({ bucket: settings.bucket, endpoint: settings.s3Endpoint });
  const stop = new AbortController();
  const colors = colorsFor(process.stdout, process.env);
  const totals = noTotals();
  const found: HourAudit[] = [];
  let said_ms = performance.now();
  try {
    const audits = auditHours(hours, settings, store, {
      now_ms,
      most_keys: flags.keys === true ? Infinity : SAMPLE_KEYS,
      signal: stop.signal,
      onStray: () => (totals.strays += 1),
    });
    for await (const audit of audits) {
      addHour(totals, audit);
      if (flags.json === true) found.push(audit);
      else for (const line of hourLines(audit, colors)) print(line);
      if (performance.now() - said_ms >= PROGRESS_EVERY_MS) {
        said_ms = performance.now();
        say(`${countText(totals.hours)} of ${plural(hours.length, 'hour')}, ${countText(totals.objects)} objects`);
      }
    }
  } finally {
    // A listing that is given up leaves a page under way.
    stop.abort();
    await store.close();
  }
  if (flags.json === true) printJson(auditDocument(found, totals));
  else for (const line of summaryLines(totals, colors)) print(line);
  return totals.atFault === 0 ? EXIT.complete : EXIT.failed;
}

/** An audit as a program reads it: hours as ISO 8601, and only those of which there is something to say or to count. */
export function auditDocument(hours: readonly HourAudit[], totals: AuditTotals): Readonly<Record<string, unknown>> {
  return {
    complete: totals.atFault === 0,
    totals,
    hours: hours.map(({ hour_ms, ...audit }) => ({
      hour: isoText(hour_ms),
      atFault: isAtFault({ hour_ms, ...audit }),
      ...audit,
    })),
  };
}
