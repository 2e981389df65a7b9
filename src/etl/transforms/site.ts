import { SECOND_LEVELS, SHARED_DOMAINS } from './traffic-sources.ts';

/** The longest name that DNS has. */
const LONGEST_HOST = 253;

const ODD = /[\s\p{Cc}\p{Cs}%<>"'`\\^{|}]/u;

/**
 * The host in an absolute URL, in lower case and without user, port and a closing dot; null when there is none to be
 * had. No URL object: this is 20 times cheaper, and what it takes for a host is only compared.
 */
export function hostOf(url: string): string | null {
  const scheme = url.indexOf('://');
  // 11 letters are `android-app`. Beyond that, what follows belongs to a query.
  if (scheme < 1 || scheme > 11) return null;
  let from = scheme + 3;
  let to = from;
  const most = Math.min(url.length, from + 2 * LONGEST_HOST);
  for (; to < most; to += 1) {
    const code = url.charCodeAt(to);
    // The ends of an authority: / ? # and, as browsers have it, a backslash.
    if (code === 0x2f || code === 0x3f || code === 0x23 || code === 0x5c) break;
    // What stood before an @ was a user.
    if (code === 0x40) from = to + 1;
  }
  let host = url.slice(from, to).toLowerCase().replace(/:\d*$/, '');
  if (host.endsWith('.')) host = host.slice(0, -1);
  return host === '' || host.length > LONGEST_HOST || ODD.test(host) ? null : host;
}

/**
 * The part of a host that somebody registered: `example.co.uk` of `shop.example.co.uk`. Worked out from the few endings
 * that shops have and not from the whole public suffix list, which is larger than this program.
 */
export function siteOf(host: string): string {
  const last = host.lastIndexOf('.');
  // An address is its own site, and so is `localhost`.
  if (last === -1 || host.endsWith(']') || /^[\d.]+$/.test(host)) return host;
  const second = host.lastIndexOf('.', last - 1);
  if (second === -1) return host;
  const shared =
    (host.length - last === 3 && SECOND_LEVELS.has(host.slice(second + 1, last))) ||
    SHARED_DOMAINS.has(host.slice(second + 1));
  return shared ? host.slice(host.lastIndexOf('.', second - 1) + 1) : host.slice(second + 1);
}

/** What a map of hosts has for a host or for the nearest one above it. */
export function lookUpHost<T>(hosts: ReadonlyMap<string, T>, host: string): T | undefined {
  for (let name = host; ;) {
    const found = hosts.get(name);
    if (found !== undefined) return found;
    const dot = name.indexOf('.');
    if (dot === -1) return undefined;
    name = name.slice(dot + 1);
  }
}
