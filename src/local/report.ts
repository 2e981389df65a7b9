import pc from 'picocolors';
import { compare, FUNNEL_STEPS, type Comparison, type Figures } from './figures.ts';
import { FUNNEL } from './traffic/facts.ts';
import type { Truth } from './traffic/truth.ts';

const TOP_PRODUCTS = 5;
const BAR_LENGTH = 28;

/** The report that a person reads: each figure of the warehouse, and whether it is the true one. */
export interface Report {
  readonly text: string;
  /** Figures that are not as they should be. */
  readonly wrong: readonly Comparison[];
}

/** Puts the warehouse's figures beside the truth. */
export function makeReport(figures: Figures, truth: Truth): Report {
  const comparisons = compare(figures, truth);
  const byName = new Map(comparisons.map((one) => [one.name, one]));
  const checked = (name: string): string => mark(byName.get(name)!);
  const lines: string[] = [];

  lines.push(heading('Ledger: what became of every record'));
  const columns = ['objects', 'read', 'inserted', 'duplicates', 'rejected'];
  lines.push(pc.dim(['hour (UTC)', ...columns].map((text) => cell(text)).join('')));
  for (const { hour } of truth.hours) {
    const name = hour.slice(11, 16);
    lines.push([name, ...columns.map((column) => checked(`${name} ${column}`))].map((text) => cell(text)).join(''));
  }

  lines.push(heading('The shop'));
  for (const name of ['events', 'rejects', 'visitors', 'sessions', 'orders', 'revenue']) {
    lines.push(cell(name) + checked(name));
  }

  lines.push(heading('Funnel: sessions that took each step in order of time'));
  const most = Math.max(1, figures.funnel.view);
  for (const step of FUNNEL_STEPS) {
    const share = figures.funnel[step] / most;
    const bar = '█'.repeat(Math.round(share * BAR_LENGTH)).padEnd(BAR_LENGTH, '·');
    lines.push(
      `${cell(FUNNEL[step], 20)}${pc.cyan(bar)} ${cell(checked(FUNNEL[step]))} ${pc.dim(`${(share * 100).toFixed(1)} %`)}`,
    );
  }

  lines.push(heading('Most viewed products'));
  for (const { product_id, name, views } of figures.products.slice(0, TOP_PRODUCTS)) {
    const carts = checked(`${product_id} carts`);
    lines.push(
      `${cell(name, 28)}${cell(checked(`${product_id} views`), 10)} views ${cell(carts, 8)} carts (${views > 0 ? product_id : ''})`,
    );
  }

  const wrong = comparisons.filter(({ agrees }) => !agrees);
  lines.push('');
  if (wrong.length === 0) {
    lines.push(pc.green(`All ${comparisons.length} figures agree with what the traffic's maker knows to be true.`));
  } else {
    lines.push(pc.red(`${wrong.length} of ${comparisons.length} figures are wrong:`));
    for (const { name, found, expected } of wrong) lines.push(pc.red(`  ${name}: ${found}, and should be ${expected}`));
  }
  return { text: lines.join('\n'), wrong };
}

function heading(text: string): string {
  return `\n${pc.bold(text)}`;
}

function mark({ found, expected, agrees }: Comparison): string {
  return agrees ? `${found} ${pc.green('✓')}` : `${found} ${pc.red(`✗ ${expected}`)}`;
}

/** A text padded to a column's width, colours not counted. */
function cell(text: string, width = 14): string {
  // eslint-disable-next-line no-control-regex
  const visible = text.replaceAll(/\u001B\[\d+m/g, '').length;
  return text + ' '.repeat(Math.max(1, width - visible));
}
