/** One line that says what is being done and since when: rewritten on a terminal, a line for each thing elsewhere. */
export class Progress {
  readonly #began_ms = performance.now();
  readonly #out = process.stderr;
  #last = '';

  say(text: string): void {
    if (text === this.#last) return;
    this.#last = text;
    const line = `${this.seconds} s  ${text}`;
    this.#out.write(this.#out.isTTY ? `\r\x1b[2K${line.slice(0, this.#out.columns - 1)}` : `${line}\n`);
  }

  /** Since the bench began. */
  get seconds(): string {
    return ((performance.now() - this.#began_ms) / 1000).toFixed(0).padStart(4);
  }

  /** Leaves the line empty for what is printed next. */
  end(): void {
    if (this.#out.isTTY && this.#last !== '') this.#out.write('\r\x1b[2K');
    this.#last = '';
  }
}
