import { lookUpHost, siteOf } from './site.ts';
import { SECOND_LEVELS, SOURCE_ALIASES, SOURCES, type SourceKind } from './traffic-sources.ts';

/** A source that the table of `traffic-sources.ts` has. */
export interface KnownSource {
  readonly name: string;
  readonly kind: SourceKind;
}

const BY_HOST = new Map<string, KnownSource>();
const BY_NAME = new Map<string, KnownSource>();
/** Those that have a domain in many countries, by the label before it. */
const BY_LABEL = new Map<string, KnownSource>();

for (const [kind, sources] of Object.entries(SOURCES)) {
  for (const [name, hosts] of Object.entries(sources)) {
    const source = { name, kind: kind as SourceKind };
    BY_NAME.set(name, source);
    for (const host of hosts) {
      if (host.endsWith('.*')) BY_LABEL.set(host.slice(0, -2), source);
      else BY_HOST.set(host, source);
    }
  }
}
for (const [alias, name] of Object.entries(SOURCE_ALIASES)) BY_NAME.set(alias, BY_NAME.get(name)!);

/** What may stand before a search engine's domain; behind other names lie documents and not results. */
const SEARCHING = /^(?:www|m|search|images?|news|[a-z]{2})\.$/;

/** The known source that a host belongs to. */
export function knownHost(host: string): KnownSource | undefined {
  const listed = lookUpHost(BY_HOST, host);
  if (listed) return listed;
  const site = siteOf(host);
  const source = labelled(site);
  const elsewhere = source?.kind === 'search' && host !== site && !SEARCHING.test(host.slice(0, -site.length));
  return elsewhere ? undefined : source;
}

/** The known source that somebody means by a `utm_source`, in lower case: its name, an alias or a host. */
export function knownName(name: string): KnownSource | undefined {
  return BY_NAME.get(name) ?? (name.includes('.') ? knownHost(name) : undefined);
}

/** `google.co.uk` is google's, `google.shop.example` is not. */
function labelled(site: string): KnownSource | undefined {
  const dot = site.indexOf('.');
  if (dot === -1) return undefined;
  const source = BY_LABEL.get(site.slice(0, dot));
  if (!source) return undefined;
  const [first, country, ...more] = site.slice(dot + 1).split('.');
  if (more.length > 0) return undefined;
  return country === undefined
    ? first === 'com' || first!.length === 2 ? source : undefined
    : SECOND_LEVELS.has(first!) ? source : undefined; // prettier-ignore
}
