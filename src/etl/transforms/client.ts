import { isIP } from 'node:net';
import type { JsonObject } from '../pipeline/record.ts';
import { asObject, firstOf } from './values.ts';

/** Browsers' own take some 120 characters, with apps' additions 400; what is longer is nobody's, and slow to look through. */
const LONGEST_USER_AGENT = 1000;

/**
 * The user agent of the visitor: what the event says, as a server that sends events for its visitors does, else what the
 * ingest saw. The first 1000 characters of it; null when there is none.
 */
export function userAgentOf(event: JsonObject): string | null {
  const said = firstOf(event['userAgent'], event['user_agent']);
  const agent = typeof said === 'string' ? said : asObject(event['_ingest'])?.['userAgent'];
  return typeof agent === 'string' && agent !== '' ? agent.slice(0, LONGEST_USER_AGENT) : null;
}

const MAPPED = /^::ffff:\d+\./i;

/** The address that the ingest saw; null when there is none, or anything else in its place. */
export function sourceIpOf(event: JsonObject): string | null {
  const ip = asObject(event['_ingest'])?.['sourceIp'];
  // The longest address has 45 characters; one with a zone (`fe80::1%eth0`) is of no network that anybody shares.
  if (typeof ip !== 'string' || ip.length > 45 || isIP(ip) === 0 || ip.includes('%')) return null;
  // An IPv4 address as a server that listens on IPv6 writes it.
  return MAPPED.test(ip) ? ip.slice('::ffff:'.length) : ip;
}
