import { readEtlSettings, readWarehouseSettings } from '../config/settings.ts';
import { ClickstreamError } from '../errors.ts';
import { redrive } from '../etl/redrive/redrive.ts';
import { withRejects, type RejectGroup, type StoredReject } from '../warehouse/rejects.ts';
import { EXIT, exitCodeOfStatus } from './exit-codes.ts';
import { flagError } from './flag.ts';
import { colorsFor, print, printJson, say } from './output.ts';
import { pipelineOf } from './pipeline-file.ts';
import {
  readLimit,
  readRedriveSelection,
  readSelection,
  type RedriveFlags,
  type RejectsFlags,
} from './rejects-flags.ts';
import { groupsText, redriveText, rejectText } from './rejects-text.ts';
import { stopOnSignals } from './stop-signals.ts';
import { isoText, plural, unitText } from './text.ts';

/**
 * `clickstream rejects`: the dead letters by code.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function rejectsCommand(flags: RejectsFlags): Promise<number> {
  const now_ms = Date.now();
  const selection = readSelection(flags, now_ms);
  const groups = await withRejects(readWarehouseSettings(process.env), (rejects) => rejects.groups(selection));
  if (flags.json === true) printJson({ codes: groups.map(groupDocument) });
  else print(groupsText(groups, now_ms, colorsFor(process.stdout, process.env)));
  return EXIT.complete;
}

/**
 * `clickstream rejects show`: dead letters one by one, in order of their place in S3.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function showRejectsCommand(flags: RejectsFlags): Promise<number> {
  const now_ms = Date.now();
  const selection = readSelection(flags, now_ms);
  const limit = readLimit(flags);
  if (flags.raw === true && (selection.key === undefined || selection.index === undefined)) {
    throw flagError('--raw writes the bytes of one record: give its --key and its --index.');
  }
  const bucket = process.env['RAW_BUCKET_NAME'];
  const colors = colorsFor(process.stdout, process.env);
  let shown = 0;
  await withRejects(readWarehouseSettings(process.env), async (rejects) => {
    const documents: object[] = [];
    for await (const reject of rejects.inOrder(selection, limit + 1)) {
      if (shown === limit) {
        // One more than was asked for, to know whether there is more.
        if (flags.json !== true) say(`There are more; --limit ${limit * 10} shows them.`);
        break;
      }
      shown += 1;
      if (flags.raw === true) process.stdout.write(reject.raw);
      else if (flags.json === true) documents.push(rejectDocument(reject));
      else print(rejectText(reject, bucket, now_ms, colors));
    }
    if (flags.json === true) printJson({ rejects: documents });
  });
  if (shown > 0) return EXIT.complete;
  if (flags.raw === true) {
    const message = `No reject lies at record ${selection.index!} of ${selection.key!}. "clickstream rejects show" lists them.`;
    throw new ClickstreamError({ code: 'no_such_reject', stage: 'read', message });
  }
  if (flags.json !== true) print('No rejects are selected; "clickstream rejects" lists what there is.');
  return EXIT.complete;
}

/**
 * `clickstream rejects redrive`: tries dead letters again.
 *
 * @returns the exit code.
 * @throws ClickstreamError for what is wrong.
 */
export async function redriveCommand(flags: RedriveFlags): Promise<number> {
  const selection = readRedriveSelection(flags, Date.now());
  const pipeline = await pipelineOf(flags.pipeline);
  const settings = readEtlSettings(process.env);
  const isDryRun = flags.dryRun === true;
  const stop = stopOnSignals({
    onStop: () => say('Stopping after what is in hand; once more to stop now.'),
    onExit: () => undefined,
  });
  try {
    const result = await redrive(selection, settings, {
      pipeline,
      dryRun: isDryRun,
      stop: stop.signal,
      onUnit: ({ prefix, read }) => {
        if (flags.json !== true) say(`${unitText(prefix)}: tried ${plural(read, 'record')}`);
      },
    });
    if (flags.json === true) printJson(result);
    else print(redriveText(result, isDryRun, colorsFor(process.stdout, process.env)));
    return exitCodeOfStatus(result.status);
  } finally {
    stop.release();
  }
}

function groupDocument({ first_ms, last_ms, ...group }: RejectGroup): object {
  return { ...group, first: isoText(first_ms), last: isoText(last_ms) };
}

function rejectDocument(reject: StoredReject): object {
  const { key, index, start_bytes, end_bytes, etag, lastModified_ms, code, detail, raw, rejected_ms, runId } = reject;
  return {
    key,
    index,
    startBytes: start_bytes,
    endBytes: end_bytes,
    etag,
    lastModified: isoText(lastModified_ms),
    code,
    detail,
    rejectedAt: isoText(rejected_ms),
    runId,
    rawBase64: raw.toString('base64'),
  };
}
