import { CLICK_IDS, type ClickId } from './traffic-sources.ts';

/** What the parameters of a page's address say about a campaign. */
export interface Campaign {
  readonly source: string | null;
  readonly medium: string | null;
  readonly campaign: string | null;
  readonly click: ClickId | null;
}

/** Characters of a value that are kept. An address may be of any length, and is kept whole in its own column. */
const LONGEST_VALUE = 500;

const UTM = { utm_source: 'source', utm_medium: 'medium', utm_campaign: 'campaign' } as const;

/** What each parameter is, the click ids with their rank. */
const PARAMETERS = new Map<
  string,
  'source' | 'medium' | 'campaign' | { readonly rank: number; readonly click: ClickId }
>([
  ...Object.entries(UTM),
  ...Object.entries(CLICK_IDS).map(([name, click], rank) => [name, { rank, click }] as const),
]);

const NAME_LENGTHS = Array.from(PARAMETERS.keys(), (name) => name.length);
const SHORTEST_NAME = Math.min(...NAME_LENGTHS);
const LONGEST_NAME = Math.max(...NAME_LENGTHS);

/** The campaign in an address; null when its query has no UTM parameter and no click id with a value. */
export function campaignOf(url: string): Campaign | null {
  let at = url.indexOf('?') + 1;
  if (at === 0) return null;
  const fragment = url.indexOf('#');
  if (fragment !== -1 && fragment < at) return null;
  const end = fragment === -1 ? url.length : fragment;
  let found: { source: string | null; medium: string | null; campaign: string | null; click: ClickId | null } | null =
    null;
  let rank = Infinity;
  while (at < end) {
    let next = url.indexOf('&', at);
    if (next === -1 || next > end) next = end;
    const equals = url.indexOf('=', at);
    if (equals === -1 || equals > end) break;
    const length = equals - at;
    if (equals < next - 1 && length >= SHORTEST_NAME && length <= LONGEST_NAME) {
      const parameter = PARAMETERS.get(url.slice(at, equals));
      if (parameter !== undefined) {
        const value = decoded(url.slice(equals + 1, next));
        if (value !== '') {
          found ??= { source: null, medium: null, campaign: null, click: null };
          if (typeof parameter === 'string') found[parameter] ??= value;
          else if (parameter.rank < rank) ({ rank, click: found.click } = parameter);
        }
      }
    }
    at = next + 1;
  }
  return found;
}

/** A parameter's value, decoded where it can be: what is no UTF-8, and U+0000, which no text in Postgres has, stay coded. */
function decoded(coded: string): string {
  let text = coded.length > 9 * LONGEST_VALUE ? coded.slice(0, 9 * LONGEST_VALUE) : coded;
  if (text.includes('+')) text = text.replaceAll('+', ' ');
  if (text.includes('%')) {
    try {
      const whole = decodeURIComponent(text);
      if (!whole.includes('\0')) text = whole;
    } catch {
      // As it was sent.
    }
  }
  text = text.trim();
  if (text.length <= LONGEST_VALUE) return text;
  // Never between the halves of a pair, which Postgres would refuse.
  const end = text.charCodeAt(LONGEST_VALUE - 1) >>> 10 === 0x36 ? LONGEST_VALUE - 1 : LONGEST_VALUE;
  return text.slice(0, end);
}
