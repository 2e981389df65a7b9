import { tmpdir } from 'node:os';
import { ClickstreamError } from '../../errors.ts';
import { type Account, canEnter } from './account.ts';

/** The temporary folder, or another one if the server's user cannot enter it (root's TMPDIR may lie below /root). */
export function sharedTemporaryFolder(account: Account | undefined): string {
  const folder = [tmpdir(), '/tmp', '/var/tmp'].find((candidate) => canEnter(candidate, account));
  if (folder) return folder;
  throw new ClickstreamError({
    code: 'data_dir_unreachable',
    stage: 'local',
    message:
      `PostgreSQL runs as the user "${account?.name ?? 'of this process'}", who can enter none of ${tmpdir()}, /tmp and /var/tmp. ` +
      'Set TMPDIR to a folder that this user can enter.',
  });
}
