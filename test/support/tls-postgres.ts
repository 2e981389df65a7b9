import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverAccount } from '../../src/local/postgres/account.ts';
import { accessibleDataDir } from '../../src/local/postgres/data-dir.ts';
import { startPostgres, type PostgresServer, type StartPostgresOptions } from '../../src/local/postgres/server.ts';
import { makeAuthority, makeCertificate, type Authority, type Certificate } from './tls-certificates.ts';

/** A server that speaks TLS, and takes no connection that does not. */
export interface TlsPostgres {
  readonly server: PostgresServer;
  /** Who signed its certificate. */
  readonly authority: Authority;
  /** Restarts it with another certificate, or without TLS; without an argument, as it was at first. */
  readonly become: (certificate?: Certificate | 'without TLS') => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Only the database that the server is started and stopped through may be reached in the clear. */
const TLS_ONLY = `
hostnossl postgres all all scram-sha-256
hostssl all all all scram-sha-256
`;
const ANYTHING = 'host all all all scram-sha-256\n';

/**
 * Starts a PostgreSQL server with a certificate for 127.0.0.1 and localhost, by an authority of its own. Its data goes
 * with it.
 */
export async function startTlsPostgres(options: Omit<StartPostgresOptions, 'dataDir'> = {}): Promise<TlsPostgres> {
  const authority = makeAuthority('Authority of a test');
  const own = makeCertificate({ hosts: ['127.0.0.1', 'localhost'], authority });
  const dataDir = accessibleDataDir();
  const server = await startPostgres({ ...options, dataDir });

  async function become(certificate: Certificate | 'without TLS' = own): Promise<void> {
    const isOn = certificate !== 'without TLS';
    writeFileSync(join(dataDir, 'postgresql.auto.conf'), `ssl = ${isOn ? 'on' : 'off'}\n`);
    writeFileSync(join(dataDir, 'pg_hba.conf'), isOn ? TLS_ONLY : ANYTHING);
    if (isOn) {
      writeForServer(join(dataDir, 'server.crt'), certificate.cert);
      writeForServer(join(dataDir, 'server.key'), certificate.key);
    }
    await server.restart();
  }

  await become();
  return {
    server,
    authority,
    become,
    async close() {
      await server.stop('immediate');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Writes a file that is the server's own: it does not take a key that others can read. */
function writeForServer(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 });
  const account = serverAccount();
  if (account) chownSync(file, account.uid, account.gid);
}
