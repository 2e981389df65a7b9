import { chownSync, existsSync, lchownSync, mkdtempSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ClickstreamError } from '../../errors.ts';
import { type Account, canEnter, canWrite, serverAccount } from './account.ts';
import { sharedTemporaryFolder } from './temporary.ts';

/**
 * A folder for PostgreSQL's data that the user it runs as can reach.
 *
 * @param preferred the folder wanted, which need not exist yet; without one, a new folder in the temporary folder is made,
 * which is the caller's to remove.
 * @throws ClickstreamError `data_dir_unreachable` if the user cannot get at the folder that was asked for; running as root
 * below a closed folder such as /root is the usual reason.
 */
export function accessibleDataDir(preferred?: string): string {
  const account = serverAccount();
  if (preferred === undefined) {
    const folder = mkdtempSync(join(sharedTemporaryFolder(account), 'clickstream-pg-'));
    if (account) chownSync(folder, account.uid, account.gid);
    return folder;
  }
  const folder = resolve(preferred);
  const parent = nearestFolder(dirname(folder));
  if (!canEnter(parent, account)) throw unreachable(folder, account, `cannot enter ${parent}`);
  // Root makes the folder itself and hands it over; anyone else has to be able to make it, or to own it already.
  if (account) return folder;
  const writable = existsSync(folder) ? canWrite(folder, account) : canWrite(parent, account);
  if (!writable) throw unreachable(folder, account, `cannot write to ${existsSync(folder) ? folder : parent}`);
  return folder;
}

/** Gives the folder and all in it to `account`, if it is not that user's yet. */
export function handOver(folder: string, account: Account | undefined): void {
  if (!account || statSync(folder).uid === account.uid) return;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    lchownSync(join(folder, name), account.uid, account.gid);
  }
  // Last, so that a walk cut short is taken up again the next time.
  lchownSync(folder, account.uid, account.gid);
}

function unreachable(folder: string, account: Account | undefined, reason: string): ClickstreamError {
  return new ClickstreamError({
    code: 'data_dir_unreachable',
    stage: 'local',
    message: account
      ? `PostgreSQL cannot keep its data in ${folder}: it does not run as root but as the user "${account.name}", who ${reason}. ` +
        'Choose a data folder that this user can reach, such as one below /var/tmp, or run this command as an ordinary user.'
      : `PostgreSQL cannot keep its data in ${folder}: this user ${reason}. Choose another data folder.`,
  });
}

function nearestFolder(folder: string): string {
  let current = folder;
  while (!existsSync(current) && dirname(current) !== current) current = dirname(current);
  return current;
}
