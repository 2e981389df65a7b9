import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ClickstreamError } from '../../errors.ts';

/** A user of the operating system, as `spawn` takes it. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user that PostgreSQL has to run as when we are root, which it refuses to run as: `postgres` if the machine has one,
 * else `nobody`. Undefined for an ordinary user, who runs it as himself, and on Windows.
 *
 * initdb looks its user up by number, so a number that no entry of /etc/passwd names would not do.
 */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readAccounts();
  const account = accounts.get('postgres') ?? accounts.get('nobody');
  if (account) return account;
  throw new ClickstreamError({
    code: 'no_server_account',
    stage: 'local',
    message:
      'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor a user "nobody" to run it as. ' +
      'Run this command as an ordinary user, or add one of the two.',
  });
}

/** Whether `account` (undefined: this very process) may enter the folder, as the kernel sees it: groups, ACLs and all. */
export function canEnter(folder: string, account: Account | undefined): boolean {
  return passesTests(account, '-d', folder) && passesTests(account, '-x', folder);
}

/** Whether `account` may read the file. */
export function canRead(file: string, account: Account | undefined): boolean {
  return passesTests(account, '-r', file);
}

/** Whether `account` may make new files in the folder. */
export function canWrite(folder: string, account: Account | undefined): boolean {
  return passesTests(account, '-w', folder) && passesTests(account, '-x', folder);
}

/** The part of spawn's options that makes a child run as `account`; it has none of root's groups then. */
export function runAs(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

function passesTests(account: Account | undefined, operator: '-d' | '-r' | '-w' | '-x', path: string): boolean {
  // Windows has no `test`, and no second user to ask for either.
  if (process.platform === 'win32') return true;
  const result = spawnSync('/bin/sh', ['-c', `test ${operator} "$1"`, 'sh', path], {
    ...runAs(account),
    cwd: '/',
    stdio: 'ignore',
  });
  return result.status === 0;
}

function readAccounts(): Map<string, Account> {
  const accounts = new Map<string, Account>();
  let text: string;
  try {
    text = readFileSync('/etc/passwd', 'utf8');
  } catch {
    return accounts;
  }
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (!name || !uid || !gid) continue;
    const account = { name, uid: Number(uid), gid: Number(gid) };
    if (account.uid > 0 && Number.isInteger(account.gid)) accounts.set(name, account);
  }
  return accounts;
}
