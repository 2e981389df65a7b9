import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { S3Server } from '../../src/local/s3/server.ts';
import { link, packed } from '../package/packed.ts';
import { freshBucket } from '../support/bucket.ts';
import { freshWarehouse, type TestWarehouse } from '../support/warehouse.ts';
import { codeBlocks, type CodeBlock } from './code-blocks.ts';
import { resultText } from './shown.ts';

// The page from its first line to its last, in the order in which it stands there: each step needs those before it.
vi.setConfig({ testTimeout: 180_000 });

const blocks = codeBlocks(resolve(import.meta.dirname, '../../docs/tutorial.md'));
let home: string;
let project: string;
let s3: S3Server;
let warehouse: TestWarehouse;
/** What the last block that was run wrote. */
let output = '';

beforeAll(async () => {
  const { folder, tarball } = await packed();
  home = folder;
  project = join(folder, 'shop');
  mkdirSync(project);
  if (dirname(tarball) !== folder) copyFileSync(tarball, join(folder, basename(tarball)));
  s3 = await freshBucket();
  warehouse = await freshWarehouse({ s3Endpoint: s3.url });
}, 300_000);

afterAll(async () => {
  await warehouse.close();
  await s3.close();
  rmSync(home, { recursive: true });
});

test.each(blocks.map((block): [string, CodeBlock] => [`line ${block.line}, ${block.language} ${block.name}`, block]))(
  '%s does what the page says',
  async (_, { language, name, text }) => {
    if (language === 'sh') {
      const ran = await bash(text);
      output = ran.output;
      expect(ran.exitCode === 0, output).toBe(name !== 'fails');
    } else if (language === 'sql') {
      output = resultText(await warehouse.rows(text));
    } else if (language === 'text') {
      expectLines(text);
    } else {
      expect(name, 'a file has a name').not.toBe('');
      const path = join(project, name);
      // Where the command before has written one, it is at the same place.
      if (dirname(name) !== '.') expect(existsSync(path), path).toBe(true);
      writeFileSync(path, text);
    }
  },
);

/** Runs commands as they are typed, with the variables that the page says to paste. */
function bash(text: string): Promise<{ exitCode: number; output: string }> {
  const offline = text.replaceAll(/^npm install (.*)$/gm, (_, what: string) => {
    const names = what.split(' ').filter((word) => !word.startsWith('-'));
    if (names[0]!.endsWith('.tgz')) return `npm install --offline --no-audit --no-fund ${what}`;
    return names.map((one) => `npm pkg set "devDependencies.${one}=*"`).join('\n');
  });
  // Those that a registry has are linked: no test asks one.
  const saved = /^npm install --save-dev (.*)$/m.exec(text)?.[1]?.split(' ') ?? [];
  const env = { PATH: process.env['PATH'], HOME: home, NO_COLOR: '1', ...warehouse.adminEnv };
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  return new Promise((done) => {
    execFile('bash', ['-e', '-c', offline], { cwd: project, env: { ...env, ...credentials } }, (error, out, err) => {
      const code = error?.code;
      if (!error && saved.length > 0) link(project, saved);
      done({ exitCode: error ? (typeof code === 'number' ? code : 1) : 0, output: out + err });
    });
  });
}

/** Every line of what the page shows is in the output, in its order. */
function expectLines(shown: string): void {
  const words = (line: string): string => line.trim().replaceAll(/\s+/g, ' ');
  const said = output.split('\n').map(words);
  let from = 0;
  for (const line of shown.split('\n').map(words)) {
    if (line === '') continue;
    const at = said.findIndex((one, place) => place >= from && one.includes(line));
    expect(at, `"${line}" is not said after line ${from} of\n${output}`).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
}
