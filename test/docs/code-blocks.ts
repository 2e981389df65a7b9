import { readFileSync } from 'node:fs';

/** A block of code on a page: what is written after its three backticks, and what it holds. */
export interface CodeBlock {
  /** `ts` of `ts pipeline.ts`. */
  readonly language: string;
  /** `pipeline.ts` of `ts pipeline.ts`; empty when there is none. */
  readonly name: string;
  readonly text: string;
  /** The line on which it begins, from 1. */
  readonly line: number;
  /** The last heading before it. */
  readonly heading: string;
}

/** All blocks of code of a page, in order. */
export function codeBlocks(path: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = '';
  let open: { info: string; line: number; lines: string[] } | undefined;
  for (const [at, text] of readFileSync(path, 'utf8').split('\n').entries()) {
    if (open && text === '```') {
      const [language = '', ...name] = open.info.split(' ');
      blocks.push({ language, name: name.join(' '), text: `${open.lines.join('\n')}\n`, line: open.line, heading });
      open = undefined;
    } else if (open) open.lines.push(text);
    else if (text.startsWith('```')) open = { info: text.slice(3), line: at + 1, lines: [] };
    else if (text.startsWith('#')) heading = text.replace(/^#+ /, '');
  }
  if (open) throw new Error(`${path}: the block of line ${open.line} does not end`);
  return blocks;
}
