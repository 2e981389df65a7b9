import pc from 'picocolors';
import { hourOf } from '../etl/pipeline/hours.ts';
import { handler as etl } from '../lambda/etl.ts';

/** Loads what people POST by hand, a second after it came, so that they can see it arrive. */
export class Arrivals {
  #watching = false;
  #timer: NodeJS.Timeout | undefined;
  #loading: Promise<unknown> = Promise.resolve();

  note(): void {
    if (!this.#watching) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#loading = this.#loading.then(() => this.#load());
    }, 1_000);
  }

  watch(): void {
    this.#watching = true;
  }

  async close(): Promise<void> {
    this.#watching = false;
    clearTimeout(this.#timer);
    await this.#loading;
  }

  async #load(): Promise<void> {
    try {
      const result = await etl({ targetUtcHour: new Date(hourOf(Date.now())).toISOString() });
      const { inserted, duplicates, rejected } = result;
      console.log(`${pc.green('Loaded')} ${result.prefix}: ${inserted} new, ${duplicates} known, ${rejected} rejected`);
    } catch (error) {
      console.error(pc.red(error instanceof Error ? error.message : String(error)));
    }
  }
}
