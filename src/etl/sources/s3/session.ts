import { credentialsFailure, findAccess, type Access, type AccessOptions } from './access.ts';
import { Signer, type Credentials } from './signer.ts';

/** How long before they expire credentials are asked for anew; the SDK renews them itself within this time. */
const EXPIRY_WINDOW_MS = 5 * 60_000;

/** A request's headers, and what they were signed with. */
export interface Signed {
  readonly headers: string[];
  readonly credentials: Credentials;
}

/** Signs requests to one bucket with credentials that are kept current. */
export class Session {
  readonly access: Access;
  readonly #signer: Signer;
  #credentials: Credentials;
  #check_ms: number;
  #renewal: Promise<void> | undefined;
  /** Added to this machine's clock once the store has said that it is off. */
  #skew_ms = 0;

  private constructor(access: Access, first: Credentials & { readonly expiration?: Date }) {
    this.access = access;
    this.#signer = new Signer(access);
    this.#credentials = first;
    this.#check_ms = checkAt(first.expiration);
  }

  /** @throws ClickstreamError, S3Failure as {@link findAccess}. */
  static async begin(options: AccessOptions): Promise<Session> {
    const access = await findAccess(options);
    return new Session(access, await provided(access));
  }

  /** Whether the credentials in hand are about to expire. */
  get isDue(): boolean {
    return Date.now() >= this.#check_ms;
  }

  /** Asks for credentials that last longer; the SDK hands out those in hand until it is time. */
  async refresh(): Promise<void> {
    this.#use(await provided(this.access));
  }

  /** The headers to send, signed. */
  sign(path: string, query: string, headers: Readonly<Record<string, string>>): Signed {
    const credentials = this.#credentials;
    return {
      headers: this.#signer.sign(path, query, headers, credentials, Date.now() + this.#skew_ms),
      credentials,
    };
  }

  /** Fetches credentials again after `refused` were; at once only, however many requests they failed for. */
  async renew(refused: Credentials): Promise<void> {
    if (refused !== this.#credentials) return;
    this.#renewal ??= provided(this.access, { forceRefresh: true })
      .then((credentials) => this.#use(credentials))
      .finally(() => (this.#renewal = undefined));
    await this.#renewal;
  }

  /** Takes over the store's clock: a signature must be of the last 15 minutes. */
  setClock(store_ms: number): void {
    if (!Number.isNaN(store_ms)) this.#skew_ms = store_ms - Date.now();
  }

  #use(credentials: Credentials & { readonly expiration?: Date }): void {
    this.#check_ms = checkAt(credentials.expiration);
    const { accessKeyId, secretAccessKey, sessionToken } = this.#credentials;
    // The same ones as an object of its own would have the day's key derived anew.
    if (
      credentials.accessKeyId === accessKeyId &&
      credentials.secretAccessKey === secretAccessKey &&
      credentials.sessionToken === sessionToken
    ) {
      return;
    }
    this.#credentials = credentials;
  }
}

function checkAt(expiration: Date | undefined): number {
  return expiration === undefined ? Infinity : expiration.getTime() - EXPIRY_WINDOW_MS;
}

async function provided(
  { provide }: Access,
  options?: { forceRefresh: boolean },
): Promise<Credentials & { readonly expiration?: Date }> {
  try {
    return await provide(options);
  } catch (error) {
    throw credentialsFailure(error);
  }
}
