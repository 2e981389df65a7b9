import { shown, type Check } from './row.ts';

/** A bar of the chart. */
export interface Bar {
  readonly label: string;
  readonly check: Check;
}

const WIDTH = 930;
const LABELS = 500;
const RIGHT = 130;
const LINE = 26;
const TOP = 34;
/** A bar that is longer is cut off, and its figure says how long it would be. */
const LONGEST = 2;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .met { fill: #2da44e; } .missed { fill: #cf222e; } .target { stroke: #57606a; stroke-dasharray: 4 3; } .small { font-size: 11px; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .met { fill: #3fb950; } .missed { fill: #f85149; } .target { stroke: #8b949e; }
  }`;

/** How much of its target a check takes: up to 1 it is met, whether the target is the most or the least. */
export function shareOfTarget({ value, target, is }: Check): number {
  return is === 'at most' ? value.median / target : target / value.median;
}

/** The checks as bars against one line, their targets: an SVG that can be read on light and on dark ground. */
export function chart(bars: readonly Bar[]): string {
  const height = TOP + bars.length * LINE + 10;
  const scale = (WIDTH - LABELS - RIGHT) / LONGEST;
  const target = LABELS + scale;
  const lines = bars.flatMap(({ label, check }, at) => {
    const y = TOP + at * LINE;
    const share = shareOfTarget(check);
    const width = Math.max(1, Math.min(share, LONGEST) * scale);
    const figure = `${shown(check.value.median, check.digits)} ${check.unit}`.trim();
    return [
      `<text x="${LABELS - 10}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${check.met ? 'met' : 'missed'}" x="${LABELS}" y="${y + 3}" width="${width.toFixed(1)}" height="${LINE - 9}" rx="2"/>`,
      `<text x="${(LABELS + width + 6).toFixed(1)}" y="${y + 15}">${escaped(figure)}${share > LONGEST ? ' \u2192' : ''}</text>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Figures against their targets">
<style>${STYLE}
</style>
<text class="small" x="${target}" y="14" text-anchor="middle">target</text>
<text class="small" x="${target}" y="27" text-anchor="middle">\u2190 better | worse \u2192</text>
${lines.join('\n')}
<line class="target" x1="${target}" y1="${TOP}" x2="${target}" y2="${height - 6}"/>
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
