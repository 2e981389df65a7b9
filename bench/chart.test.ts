import { expect, it } from 'vitest';
import { chart, shareOfTarget } from './chart.ts';
import { atLeast, atMost } from './row.ts';

it('a target is reached from below or from above', () => {
  expect(shareOfTarget(atMost(2, { what: 'wall', values: [1] }))).toBe(0.5);
  expect(shareOfTarget(atLeast(6000, { what: 'speed', values: [3000] }))).toBe(2);
});

it('a bar is as long as the share of its target, and says its figure', () => {
  const svg = chart([
    { label: 'met & well', check: atMost(4, { what: '', values: [2], unit: 's' }) },
    { label: 'missed', check: atMost(4, { what: '', values: [4.4], unit: 's' }) },
    { label: 'far off', check: atMost(1, { what: '', values: [7] }) },
  ]);
  const widths = [...svg.matchAll(/<rect class="(\w+)" .* width="([\d.]+)"/g)].map(([, kind, width]) => [
    kind,
    Number(width),
  ]);
  expect(widths).toEqual([
    ['met', 75],
    ['missed', 165],
    ['missed', 300],
  ]);
  expect(svg).toContain('met &amp; well</text>');
  expect(svg).toContain('>2.00 s</text>');
  expect(svg).toContain('>7.00 →</text>');
});
