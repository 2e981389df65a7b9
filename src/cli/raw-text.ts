import type { BlankReport } from '../etl/blank/blank-bucket.ts';
import { bytesText, countText, hourText, plural } from './text.ts';

/** Keys that are named. */
const SAMPLE_KEYS = 10;

/** How far rewriting raw objects has got, in one line. */
export function rawProgressText({ objects, listed, bytes, rewritten, hoursRead }: BlankReport): string {
  const read = hoursRead > 0 ? `, ${plural(hoursRead, 'hour')} read again` : '';
  return `${countText(objects)} of ${plural(listed, 'object')} (${bytesText(bytes)}), ${countText(rewritten)} with records of theirs${read}`;
}

/** What rewriting raw objects came to, or would come to. */
export function rawText(report: BlankReport, dryRun: boolean): string {
  const { objects, bytes, rewritten, records, hoursRead, hoursLeft, stopped } = report;
  const verb = dryRun ? 'would be blanked' : 'blanked';
  return [
    `Raw objects: ${plural(records, 'record')} ${verb} in ${plural(rewritten, 'object')}, of ${plural(objects, 'object')} (${bytesText(bytes)}) looked at.`,
    ...(hoursRead > 0 ? [`${plural(hoursRead, 'hour')} read again.`] : []),
    ...oldVersionsLines(report),
    ...leftLines(report),
    ...hoursLeft.map(
      ({ hour_ms, why }) => `Still to be read again (${why}): clickstream etl --hour ${hourText(hour_ms)}`,
    ),
    ...(stopped ? ['Stopped: run it again to go on.'] : []),
  ].join('\n');
}

/** The same as a program reads it: hours as ISO 8601. */
export function rawDocument({ hoursLeft, ...report }: BlankReport): Readonly<Record<string, unknown>> {
  return {
    ...report,
    hoursLeft: hoursLeft.map(({ hour_ms, why }) => ({ hour: new Date(hour_ms).toISOString(), why })),
  };
}

function oldVersionsLines({ oldVersions }: BlankReport): string[] {
  if (oldVersions === 0) return [];
  return [
    `The bucket keeps the old versions of ${plural(oldVersions, 'object')}, with the records in them: let a lifecycle rule ` +
      'delete them (NoncurrentVersionExpiration), see docs/privacy.md.',
  ];
}

function leftLines({ archived, failed }: BlankReport): string[] {
  const more = failed.length - SAMPLE_KEYS;
  return [
    ...(archived > 0
      ? [`${plural(archived, 'object')} in an archive tier could not be looked into: restore, and run it again.`]
      : []),
    ...failed.slice(0, SAMPLE_KEYS).map(({ key, code, message }) => `Not rewritten: ${key} (${code}). ${message}`),
    ...(more > 0 ? [`and ${plural(more, 'more object', 'more objects')}`] : []),
  ];
}
