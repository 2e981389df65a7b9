/** Lets in as many bytes at a time as fit, first come, first served. One larger than all fits alone. */
export class ByteGate {
  #capacity_bytes: number;
  #inside_bytes = 0;
  readonly #waiting: { size_bytes: number; enter: () => void }[] = [];

  constructor(capacity_bytes: number) {
    this.#capacity_bytes = capacity_bytes;
  }

  /** Resolves when there is room; undefined when there is. */
  enter(size_bytes: number): Promise<void> | undefined {
    if (this.#waiting.length === 0 && this.#fits(size_bytes)) {
      this.#inside_bytes += size_bytes;
      return undefined;
    }
    return new Promise((enter) => this.#waiting.push({ size_bytes, enter }));
  }

  /** Lets in whoever waits, and whoever comes. */
  open(): void {
    this.#capacity_bytes = Infinity;
    this.leave(0);
  }

  leave(size_bytes: number): void {
    this.#inside_bytes -= size_bytes;
    for (let next = this.#waiting[0]; next && this.#fits(next.size_bytes); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#inside_bytes += next.size_bytes;
      next.enter();
    }
  }

  #fits(size_bytes: number): boolean {
    return this.#inside_bytes === 0 || this.#inside_bytes + size_bytes <= this.#capacity_bytes;
  }
}
