import { createLogger, type Logger } from '../../src/log.ts';
import { errorDocument, errorText } from '../../src/cli/report-error.ts';
import { lambdaError } from '../../src/lambda/lambda-error.ts';
import { HOUR_MS, type TestEvent } from '../support/bucket.ts';
import { keepLog, leaksIn, type Leak } from '../support/log-sink.ts';
import { MARKERS } from '../support/markers.ts';

/** An event in which every text says that it was planted; a log that quotes any of it gives itself away. */
export function plantedEvent(number: number, fields: TestEvent = {}): TestEvent {
  const at = new Date(HOUR_MS + number * 1000).toISOString();
  return {
    eventId: `planted-id-${number}`,
    eventName: 'planted-name',
    eventTimestamp: at,
    userId: 'planted-user',
    clientId: `planted-client-${number % 3}`,
    pageUrl: 'https://planted-host.example/planted-path?q=planted-query',
    referrer: 'https://planted-referrer.example/',
    product: { id: 'planted-product', name: 'planted-lamp', price: '19.90' },
    orderId: 'planted-order',
    currency: 'EUR',
    note: { 'planted-key': ['planted-value'] },
    ...fields,
    _ingest: { receivedAt: at, sourceIp: MARKERS.sourceIp, userAgent: 'planted-agent', requestId: 'planted-request' },
  };
}

/** Keeps what a run logs, at every level, and what is said of the error that it ends with, in every place that says it. */
export class Listener {
  readonly log: Logger = createLogger('trace', { write: (line) => this.hear('log', line) });
  text = '';

  hear(source: string, text: string): void {
    keepLog(source, text);
    this.text += `${text}\n`;
  }

  /** As Lambda writes what a handler throws: its properties, its message and its stack, and not its cause. */
  hearInLambda(error: unknown): void {
    const { name, message, stack, ...rest } = lambdaError(error);
    this.hear('lambda', JSON.stringify({ name, message, ...rest, stack }));
  }

  /** As the command line says it. */
  hearOnCommandLine(error: unknown): void {
    this.hear('cli', errorText(error));
    this.hear('cli', JSON.stringify(errorDocument(error)));
  }

  /** The error that work ends with, said everywhere; undefined when it ends well. */
  async errorOf(work: Promise<unknown>): Promise<unknown> {
    try {
      await work;
      return undefined;
    } catch (error) {
      this.hearInLambda(error);
      this.hearOnCommandLine(error);
      return error;
    }
  }

  get leaks(): Leak[] {
    return leaksIn(this.text);
  }
}
