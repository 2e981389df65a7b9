import { column } from '../pipeline/column.ts';
import { transform } from '../pipeline/transform.ts';
import { campaignOf } from './campaign.ts';
import { channelOf } from './channel.ts';
import { knownHost } from './known-source.ts';
import { listOf, readOptions, withDefault } from './options.ts';
import { hostOf, lookUpHost, siteOf } from './site.ts';

/** What `attribute` may be told. */
export interface AttributeOptions {
  /** Hosts of the shop beside the page's own, each with all hosts below it. None by default. */
  readonly ownHosts?: readonly string[];
  /** Hosts that visitors only come back from, such as a bank's; payment providers and logins are known. None by default. */
  readonly ignoredHosts?: readonly string[];
}

/** What an event says about where its visitor came from. */
interface Attribution {
  readonly source: string;
  readonly medium: string;
  /** Whether the host is in the table, and no other site. */
  readonly known: boolean;
}

const MEDIUMS = { search: 'organic', social: 'social', video: 'video', mail: 'email', shopping: 'referral' } as const;

/**
 * Says where the visitor came from: UTM parameters of the page's address, then click ids of advertisers (`gclid`,
 * `fbclid`, ...), then the referrer. The channel follows Google Analytics 4's default grouping, in snake case.
 *
 * All four columns are null when an event says nothing about it: no such parameter, and no referrer or one that is the
 * page's own site, a payment provider or a login. So they are set where a visit begins, and one reads a session's from
 * its first event that has any. Where the page's host is not known and `ownHosts` are not given, only known hosts count,
 * since any other may be the shop's own.
 *
 * Values are decoded (`%20`, `+`) and keep their case; they are compared in lower case, and cut after 500 characters.
 *
 * Costs 0.4 us per event, a twentieth of them brought by a campaign (`npm run bench:transforms`).
 *
 * @example
 * defineEtl({ transforms: [parse, dedupe, sessionize, flatten, attribute({ ownHosts: ['shop.example', 'shop-checkout.example'] }), detectBots()] });
 */
export function attribute(options: AttributeOptions = {}) {
  const { ownHosts, ignoredHosts } = readOptions('attribute', options, {
    ownHosts: withDefault(HOSTS, []),
    ignoredHosts: withDefault(HOSTS, []),
  });
  const own = new Map(ownHosts.map((host) => [host, true]));
  const ignored = new Map([...ownHosts, ...ignoredHosts].map((host) => [host, true]));

  function referredBy(referrer: string, page: string | null): Attribution | null {
    if (page !== null && sameOrigin(page, referrer)) return null;
    const host = hostOf(referrer);
    if (host === null || (ignored.size > 0 && lookUpHost(ignored, host))) return null;
    const pageHost = page === null ? null : hostOf(page);
    if (pageHost !== null && (host === pageHost || siteOf(host) === siteOf(pageHost))) return null;
    const known = knownHost(host);
    if (known)
      return known.kind === 'handover' ? null : { source: known.name, medium: MEDIUMS[known.kind], known: true };
    if (pageHost === null && own.size === 0) return null;
    return { source: host.startsWith('www.') ? host.slice(4) : host, medium: 'referral', known: false };
  }

  return transform({
    name: 'attribute',
    needs: { page_url: column.text(), referrer: column.text() },
    adds: {
      traffic_source: column.text('Who sent the visitor: google, newsletter, a host; null within a visit'),
      traffic_medium: column.text('By what means: organic, cpc, email, referral, or as utm_medium says'),
      traffic_campaign: column.text('The campaign, as utm_campaign says'),
      traffic_channel: column.text('The channel by GA4’s default grouping: organic_search, paid_social, email, ...'),
    },
    each({ row }) {
      const { page_url, referrer } = row;
      const campaign = page_url === null ? null : campaignOf(page_url);
      const referred = referrer === null ? null : referredBy(referrer, page_url);
      if (campaign === null && referred === null) return;
      const click = campaign?.click ?? null;
      // An advertiser's click id goes before the referrer, except where links that nobody paid for have it, too.
      const told = click === null || (click.weak && referred?.known) ? referred : click;
      row.traffic_source = campaign?.source ?? told?.source ?? null;
      // The medium that goes with another source would say something that nobody did.
      row.traffic_medium = campaign?.medium ?? (campaign?.source && !click ? null : (told?.medium ?? null));
      row.traffic_campaign = campaign?.campaign ?? null;
      row.traffic_channel = channelOf(row.traffic_source, row.traffic_medium, row.traffic_campaign);
    },
  });
}

const HOSTS = listOf('a list of host names in lower case, such as ["shop.example"]', (host) =>
  typeof host === 'string' && /^[^\s:/?#@A-Z]{1,253}$/.test(host) && !host.startsWith('.') ? host : undefined,
);

/** Whether two addresses begin alike up to the end of the host, which nearly all pairs within a shop do. */
function sameOrigin(page: string, referrer: string): boolean {
  const scheme = page.indexOf('://');
  if (scheme === -1) return false;
  const path = page.indexOf('/', scheme + 3);
  // With the slash, or another host could go on after it.
  return path !== -1 && path < 300 && referrer.startsWith(page.slice(0, path + 1));
}
