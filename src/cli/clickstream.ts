#!/usr/bin/env node
import { EXIT } from './exit-codes.ts';
import { main } from './main.ts';

// The AWS SDK's advice about Node's version is for us, not for whoever reads stderr.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

// `clickstream ... | head` closes the pipe when it has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.closed);
  throw error;
});

const exitCode = await main(process.argv.slice(2));
// Idle connections, and requests that never got an answer, would keep the process for a while.
process.stdout.write('', () => process.exit(exitCode));
