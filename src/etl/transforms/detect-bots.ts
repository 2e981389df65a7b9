import { BlockList, isIP } from 'node:net';
import { isbot } from 'isbot';
import { column } from '../pipeline/column.ts';
import { transform } from '../pipeline/transform.ts';
import { sourceIpOf, userAgentOf } from './client.ts';
import { listOf, oneOf, readOptions, withDefault } from './options.ts';
import { Recent } from './recent.ts';

/** What `detectBots` may be told. */
export interface DetectBotsOptions {
  /** `flag` sets the column `is_bot`, `drop` leaves the events out as well, counted by reason. Default: `flag`. */
  readonly action?: 'flag' | 'drop';
  /** The shop's own addresses, IPv4 or IPv6, and networks as `203.0.113.0/24`. None by default. */
  readonly ownAddresses?: readonly string[];
}

/**
 * Finds events that no shopper caused: those of crawlers, monitors and scripts, by their user agent (package `isbot`),
 * and those from the shop's own addresses. `is_bot` is true for them, false for all others, and null where the event tells
 * neither a user agent nor one of these addresses. A machine that calls itself a browser is not found.
 *
 * The user agent is the event's own `userAgent`, as a server sends it for its visitors, else the one that the ingest saw.
 *
 * With `drop`, they are left out as `bot` and `own_address`. With `flag` they are counted under these names.
 *
 * Costs 0.6 us per event, and 4 us more for each user agent that is new (`npm run bench:transforms`).
 *
 * @example
 * defineEtl({ transforms: [parse, dedupe, sessionize, flatten, attribute(), detectBots({ action: 'drop', ownAddresses: ['203.0.113.0/24'] })] });
 */
export function detectBots(options: DetectBotsOptions = {}) {
  const { action, ownAddresses } = readOptions('detectBots', options, {
    action: withDefault(oneOf(['flag', 'drop']), 'flag'),
    ownAddresses: withDefault(ADDRESSES, []),
  });
  const own = new BlockList();
  for (const [address, family, bits] of ownAddresses) {
    if (bits === undefined) own.addAddress(address, family);
    else own.addSubnet(address, bits, family);
  }
  return transform({
    name: 'detectBots',
    adds: { is_bot: column.boolean('Whether a machine sent it, or the shop itself; null when nothing tells') },
    open() {
      const agents = new Recent((agent) => isbot(agent));
      const addresses = new Recent((ip) => own.check(ip, familyOf(ip)));
      const isOwn = (ip: string | null): boolean => ip !== null && addresses.of(ip);
      return {
        batch(records, context) {
          for (const record of records) {
            const { event, row } = record;
            const agent = userAgentOf(event);
            const reason =
              ownAddresses.length > 0 && isOwn(sourceIpOf(event))
                ? 'own_address'
                : agent !== null && agents.of(agent)
                  ? 'bot'
                  : null;
            row.is_bot = reason !== null ? true : agent === null ? null : false;
            if (reason === null) continue;
            if (action === 'drop') context.drop(record, reason);
            else context.count(reason);
          }
          return undefined;
        },
      };
    },
  });
}

type Family = 'ipv4' | 'ipv6';
const familyOf = (ip: string): Family => (isIP(ip) === 6 ? 'ipv6' : 'ipv4');

const ADDRESSES = listOf(
  'a list of addresses and networks such as ["203.0.113.9", "2001:db8::/32"]',
  (item): readonly [address: string, family: Family, bits?: number] | undefined => {
    if (typeof item !== 'string') return undefined;
    const [address = '', bits, ...more] = item.split('/');
    if (isIP(address) === 0 || address.includes('%') || more.length > 0) return undefined;
    if (bits === undefined) return [address, familyOf(address)];
    const valid = /^\d{1,3}$/.test(bits) && Number(bits) <= (isIP(address) === 6 ? 128 : 32);
    return valid ? [address, familyOf(address), Number(bits)] : undefined;
  },
);
