import { createHash, type Hash } from 'node:crypto';
import { isBlanked } from '../pipeline/blanked.ts';
import type { Decoded } from '../pipeline/record.ts';
import { isJunk } from './theirs.ts';

/** What reading an object gives, in few bytes: every piece in order, blanked ones all alike. */
export class Reading {
  readonly #hash: Hash = createHash('sha256');

  /** Takes in the next piece as it is. */
  add(piece: Decoded): void {
    if (piece.ok && isBlanked(piece.event)) {
      this.addBlanked();
      return;
    }
    // How much is kept of what follows gzip data depends on where it begins.
    const bytes = !piece.ok && isJunk(piece) ? '' : piece.bytes.subarray(piece.from, piece.to);
    this.#hash.update(`${piece.ok ? 'record' : piece.code} ${bytes.length}\n`).update(bytes);
  }

  /** Takes in a piece as one that was blanked. */
  addBlanked(): void {
    this.#hash.update('blanked\n');
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
