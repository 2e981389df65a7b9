import { pMapIterable } from 'p-map';
import type { EtlSettings } from '../../config/settings.ts';
import { ClickstreamError } from '../../errors.ts';
import { originsFrom } from '../../warehouse/audit.ts';
import { readErased } from '../../warehouse/erased-ids.ts';
import type { Persons } from '../../warehouse/persons.ts';
import { EVENTS_PREFIX, hourUnit, parseHourPrefix, type HourUnit } from '../pipeline/hours.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { Origin } from '../pipeline/record.ts';
import type { ObjectStore } from '../pipeline/source.ts';
import { S3Store } from '../sources/s3/store.ts';
import { BucketWriter } from '../sources/s3/writer.ts';
import { blankObject, type BlankedObject } from './blank-object.ts';
import { lookAt, type Look } from './look.ts';
import { readAgain } from './read-again.ts';

/** What was done to the bucket; holds no id. */
export interface BlankReport {
  /** Looked at, of `listed`. */
  objects: number;
  bytes: number;
  listed: number;
  /** Of the objects, those that were rewritten or would be, and how many records were blanked in them. */
  rewritten: number;
  records: number;
  /** Of those rewritten: objects whose bucket keeps the version that has the records. */
  oldVersions: number;
  /** Objects in an archive tier, which nobody could look into. */
  archived: number;
  /** Objects that have records of theirs and could not be rewritten. */
  readonly failed: { readonly key: string; readonly code: string; readonly message: string }[];
  /** Hours that were read again since their objects had changed. */
  hoursRead: number;
  /** Hours that are still to be read again, and why. */
  readonly hoursLeft: { readonly hour_ms: number; readonly why: string }[];
  stopped: boolean;
}

export interface BlankOptions {
  /** Hours that follow one another, oldest first; everything under `events/` unless given. */
  readonly hours?: readonly HourUnit[] | undefined;
  /** What the hours are read again with. */
  readonly pipeline: Pipeline;
  /** Writes nothing. */
  readonly dryRun: boolean;
  /** Aborted by whoever wants it to stop after what is in hand. */
  readonly signal: AbortSignal;
  /** Told after each object, and after each hour that was read again. */
  readonly onProgress?: (report: Readonly<BlankReport>) => void;
}

/** Objects that are rewritten at once. */
const CONCURRENCY = 8;
/** What concerns one object, and keeps nothing from rewriting the others. */
const OF_ONE_OBJECT: ReadonlySet<string> = new Set(['raw_not_blanked', 'object_too_large', 'object_replaced']);

/**
 * Blanks the records of erased persons in the raw bucket, and reads the hours again whose objects are others for it.
 * Of whom: everybody of whom there is a tombstone, and `named`. Killed anywhere, it is finished by doing it again.
 *
 * @throws ClickstreamError `write_denied` and the like, with what was rewritten staying so; those of a listing and a run.
 */
export async function blankBucket(named: Persons, settings: EtlSettings, options: BlankOptions): Promise<BlankReport> {
  const { bucket, s3Endpoint: endpoint } = settings;
  const store = new S3Store({ bucket, endpoint });
  const writer = new BucketWriter({ bucket, endpoint });
  const report = emptyReport();
  try {
    const hours = await blankAll(named, settings, options, { store, writer, report });
    for (const hour of options.dryRun ? [] : hours) {
      if (options.signal.aborted) break;
      const why = await readAgain(hour, settings, { ...options, store });
      if (why === 'read') report.hoursRead += 1;
      else if (why !== 'unchanged') report.hoursLeft.push({ hour_ms: hour.hour_ms, why });
      options.onProgress?.(report);
    }
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    await Promise.all([store.close(), writer.close()]);
  }
  report.stopped = options.signal.aborted;
  return report;
}

interface Work {
  readonly store: S3Store;
  readonly writer: BucketWriter;
  readonly report: BlankReport;
}

/** Goes through the objects; the hours that have blanked records now, or had them before, in their order. */
async function blankAll(
  named: Persons,
  settings: EtlSettings,
  { hours, dryRun, signal, onProgress }: BlankOptions,
  { store, writer, report }: Work,
): Promise<HourUnit[]> {
  const isErased = await readErased(settings, named);
  for await (const _ of listed(store, hours, signal)) report.listed += 1;
  // What is in hand when somebody stops it is finished.
  const options = { store, writer, isErased, dryRun, signal: new AbortController().signal };
  const looks = lookAt(listed(store, hours, signal), store, isErased, signal);
  const done = pMapIterable(looks, (look) => blanked(look, options), { concurrency: CONCURRENCY });
  const touched = new Map<number, HourUnit>();
  for await (const { outcome, fatal } of done) {
    if (!outcome) throw fatal!;
    note(report, outcome);
    const { look, object } = outcome;
    const hour_ms = parseHourPrefix(look.key);
    if ((object ?? look.hasBlanked) && hour_ms !== undefined) touched.set(hour_ms, hourUnit(hour_ms));
    onProgress?.(report);
  }
  return [...touched.values()];
}

/** What became of one object. */
interface Outcome {
  readonly look: Look;
  readonly object?: BlankedObject | undefined;
  /** What concerns it alone. */
  readonly error?: ClickstreamError;
}

/** Never rejects, so that an error surfaces when its object's turn comes. */
async function blanked(
  look: Look,
  options: Parameters<typeof blankObject>[1],
): Promise<{ readonly outcome?: Outcome; readonly fatal?: Error }> {
  try {
    return { outcome: { look, object: look.mayBeTheirs ? await blankObject(look.key, options) : undefined } };
  } catch (error) {
    if (error instanceof ClickstreamError && OF_ONE_OBJECT.has(error.code)) return { outcome: { look, error } };
    return { fatal: error instanceof Error ? error : new Error(String(error)) };
  }
}

function note(report: BlankReport, { look, object, error }: Outcome): void {
  report.objects += 1;
  report.bytes += look.bytes;
  if (look.isArchived) report.archived += 1;
  if (object) {
    report.rewritten += 1;
    report.records += object.records;
    if (object.versioned) report.oldVersions += 1;
  }
  if (error) report.failed.push({ key: look.key, code: error.code, message: error.message });
}

async function* listed(
  store: ObjectStore,
  hours: readonly HourUnit[] | undefined,
  signal: AbortSignal,
): AsyncGenerator<Origin, void, undefined> {
  if (hours) yield* originsFrom(store, hours, signal);
  else for await (const page of store.list(EVENTS_PREFIX, { signal })) yield* page;
}

function emptyReport(): BlankReport {
  return {
    objects: 0,
    bytes: 0,
    listed: 0,
    rewritten: 0,
    records: 0,
    oldVersions: 0,
    archived: 0,
    failed: [],
    hoursRead: 0,
    hoursLeft: [],
    stopped: false,
  };
}
