import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { confirm, confirmForGood } from './confirm.ts';

async function answered(...lines: string[]): Promise<{ yes: boolean; asked: number }> {
  const input = new PassThrough();
  const output = new PassThrough();
  const said = confirm('Add it? ', { input, output });
  for (const line of lines) input.write(`${line}\n`);
  input.end();
  const yes = await said;
  output.end();
  return { yes, asked: (await text(output)).split('Add it? ').length - 1 };
}

test('yes and y are a yes, no and n a no, however they are written', async () => {
  for (const word of ['yes', 'y', ' YES ']) expect(await answered(word)).toEqual({ yes: true, asked: 1 });
  for (const word of ['no', 'n', 'No']) expect(await answered(word)).toEqual({ yes: false, asked: 1 });
});

test('what is neither is asked again, and the end of the input is a no', async () => {
  expect(await answered('')).toEqual({ yes: false, asked: 2 });
  expect(await answered()).toEqual({ yes: false, asked: 1 });
});

test('what cannot be undone wants a whole yes, and asks once', async () => {
  for (const [line, yes] of [
    ['yes\n', true],
    [' YES \n', true],
    ['y\n', false],
    ['\n', false],
    ['', false],
  ] as const) {
    const input = new PassThrough();
    const said = confirmForGood('Erase it?', { input, output: new PassThrough() });
    input.end(line);
    expect(await said, JSON.stringify(line)).toBe(yes);
  }
});
