import { transformed } from '../pipeline/committer.ts';
import { rejectPiece, type EventRecord, type Reject } from '../pipeline/event-record.ts';
import { noCounts } from '../pipeline/ledger.ts';
import type { PipelineRun } from '../pipeline/pipeline.ts';
import type { Place } from '../pipeline/progress.ts';
import type { Claim } from '../pipeline/sink.ts';
import type { UnitContext } from '../pipeline/unit-context.ts';
import type { UnitReport } from '../pipeline/unit-report.ts';
import type { Recalled } from './recall.ts';

/** What goes through the transforms and into one transaction: records, and the dead letters that go with them. */
export class RedriveBatch {
  readonly #records: EventRecord[] = [];
  readonly #rejects: Reject[] = [];
  /** Of the dead letters that are read to their end. */
  readonly #ended: Place[] = [];
  #unended: Place | undefined;
  /** Whether the one that is not was rejected again, at its own place, by a batch before. */
  #isRejectedAgain: boolean;
  bytes = 0;

  constructor(isRejectedAgain = false) {
    this.#isRejectedAgain = isRejectedAgain;
  }

  /** Records and dead letters that end; of these there may be some without a record. */
  get size(): number {
    return this.#records.length + this.#rejects.length + this.#ended.length;
  }

  add({ reject, origin, pieces, last }: Recalled, run: PipelineRun): void {
    for (const piece of pieces) {
      this.bytes += piece.to - piece.from;
      if (piece.ok) this.#records.push(run.record(piece, origin));
      else this.#rejects.push(rejectPiece(piece, origin, piece.code, piece.detail));
    }
    const place = { key: reject.key, index: reject.index };
    if (!last) {
      this.#unended = place;
      return;
    }
    this.#unended = undefined;
    if (!this.#isRejectedAgain) this.#ended.push(place);
    this.#isRejectedAgain = false;
  }

  /** The batch after this one. */
  next(): RedriveBatch {
    return new RedriveBatch(this.#unended !== undefined && this.#isRejectedAgain);
  }

  async commit(claim: Claim, run: PipelineRun, context: UnitContext, report: UnitReport): Promise<void> {
    const counts = { ...noCounts(), read: this.#records.length + this.#rejects.length };
    const { progress } = claim;
    const { seen, partial } = progress;
    const batch = { records: this.#records, rejects: this.#rejects, counts, seen, partial };
    const ready = await transformed(batch, run, claim);
    const again = ready.rejects.map(({ origin, index }) => ({ key: origin.key, index }));
    this.#isRejectedAgain ||= again.some(
      ({ key, index }) => key === this.#unended?.key && index === this.#unended.index,
    );
    const began_ms = performance.now();
    const committed = await claim.commit({
      rows: ready.rows,
      rejects: ready.rejects,
      counts: ready.counts,
      // Those that are rejected again replace themselves.
      covers: { places: [...this.#ended, ...again] },
      progressAfter: () => progress,
    });
    report.committed(ready, committed);
    context.batchSize.committed(counts.read, performance.now() - began_ms);
  }
}
