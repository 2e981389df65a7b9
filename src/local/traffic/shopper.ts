import type { VisitorFacts } from './facts.ts';
import type { Random } from './random.ts';

/**
 * How a shopper can be known.
 *
 * - `tracked`: client id and session id
 * - `consentless`: did not consent to tracking, so the page sends a client id for the tab and no session id
 * - `server`: pages rendered by the server, which reports them itself: snake_case, a client id, no session id
 * - `user_only`: an app that sends the account and nothing else
 * - `unknown`: none of the three ids
 */
export type Kind = 'tracked' | 'consentless' | 'server' | 'user_only' | 'unknown';

/** How the shopper's device tells the time. */
export interface DeviceClock {
  /** `right` may be off by up to 4 minutes; `sent_at` and `wrong` by days. */
  readonly kind: 'right' | 'sent_at' | 'wrong' | 'garbled' | 'missing';
  /** Added to the true time. */
  readonly skew_ms: number;
  readonly format: 'iso' | 'epoch' | 'offset' | 'zoneless';
}

/** Someone who shops, for all of their visits. */
export interface Shopper {
  readonly kind: Kind;
  readonly visitor: VisitorFacts | undefined;
  readonly clientId: string | undefined;
  /** The account's id, if the shopper has one; sent once they are logged in. */
  readonly userId: string | undefined;
  /** Stays logged in from an earlier day. */
  readonly loggedInFromStart: boolean;
  /** Was here before the traffic begins. */
  readonly knownBefore: boolean;
  readonly clock: DeviceClock;
  /** The tracker sends several events at a time. */
  readonly batching: boolean;
  /** An old tracker that leaves the event's id to the ingest. */
  readonly withoutEventIds: boolean;
  /** Orders say what was ordered, line by line. */
  readonly sendsItems: boolean;
  readonly currency: string;
  /** The tracker puts orderId, total and itemCount into element.dataset, as text. */
  readonly orderInDataset: boolean;
  readonly contentType: string;
  readonly userAgent: string;
  readonly language: string;
  readonly viewport: string;
  readonly sourceIp: string;
  /** Distinguishes the shopper's orders and account from everyone else's. */
  readonly serial: number;
}

const KINDS: readonly (readonly [Kind, number])[] = [
  ['tracked', 78],
  ['consentless', 11],
  ['server', 5],
  ['user_only', 4],
  ['unknown', 2],
];

const DEVICES = [
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
    '1536x730',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
    '1440x789',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0', '1920x955'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
    '390x664',
  ],
  [
    'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36',
    '412x785',
  ],
] as const;

/**
 * Draws a shopper.
 *
 * @param serial which shopper of the traffic this is; no two may share one
 */
export function drawShopper(random: Random, serial: number): Shopper {
  const kind = random.weighted(KINDS);
  const hasClientId = kind !== 'user_only' && kind !== 'unknown';
  const [userAgent, viewport] = random.pick(DEVICES);
  const hasAccount = kind === 'user_only' || (kind !== 'unknown' && random.chance(0.35));
  // The warehouse knows a user-only shopper by the account, so no other user-only shopper may have it; the accounts of
  // the others come from a pool, so that some people shop from two devices.
  const account = kind === 'user_only' ? 1_000_000 + serial : random.int(10_000, 99_999);
  const clientId = hasClientId ? `c-${random.hex(20)}` : undefined;
  const userId = hasAccount ? `u-${account}` : undefined;
  const clock = drawClock(random, kind);
  return {
    kind,
    visitor: visitorFacts(kind, clientId, userId),
    clientId,
    userId,
    loggedInFromStart: kind === 'user_only' || (hasAccount && random.chance(0.3)),
    knownBefore: random.chance(0.4),
    clock,
    batching: kind !== 'server' && random.chance(0.3),
    // Of events at one time, as those of a batch that get the time of its receipt, the ids tell the order; nobody could
    // know it beforehand if the ingest gave these.
    withoutEventIds: (clock.kind === 'right' || clock.kind === 'sent_at') && random.chance(0.03),
    sendsItems: random.chance(0.6),
    currency: random.chance(0.12) ? 'CHF' : 'EUR',
    orderInDataset: kind === 'tracked' ? random.chance(0.7) : random.chance(0.3),
    contentType: random.weighted([
      ['application/json', 90],
      ['application/json; charset=utf-8', 8],
      // What a page sends that wants to spare itself the CORS preflight.
      ['application/x-www-form-urlencoded', 2],
    ]),
    userAgent:
      kind === 'server' ? 'lindenladen-shop/4.2' : kind === 'user_only' ? 'LindenladenApp/2.7 (Android 14)' : userAgent,
    language: random.pick(['de-DE', 'de-AT', 'en-GB', 'fr-FR', 'nl-NL']),
    viewport,
    sourceIp: drawAddress(random),
    serial,
  };
}

function visitorFacts(kind: Kind, clientId: string | undefined, userId: string | undefined): VisitorFacts | undefined {
  if (clientId !== undefined) return { id: `c:${clientId}`, seen: false };
  return kind === 'user_only' ? { id: `u:${userId!}`, seen: false } : undefined;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function drawClock(random: Random, kind: Kind): DeviceClock {
  const format = random.weighted([
    ['iso', 70],
    ['epoch', 20],
    ['offset', 6],
    ['zoneless', 4],
  ] as const);
  // Servers keep their clocks right.
  if (kind === 'server') return { kind: 'right', skew_ms: 0, format };
  const choice = random.weighted([
    ['right', 74],
    ['slightly off', 6],
    ['sent_at', 12],
    ['wrong', 4],
    ['garbled', 1.5],
    ['missing', 2.5],
  ] as const);
  const ahead = random.chance(0.5);
  switch (choice) {
    case 'slightly off':
      // The warehouse leaves an event alone up to 5 minutes ahead of its receipt, so it must not be touched here.
      return { kind: 'right', skew_ms: (ahead ? 1 : -1) * random.int(1000, 4 * MINUTE_MS), format };
    case 'sent_at': {
      const skew_ms = random.chance(0.3) ? 0 : (ahead ? 1 : -1) * random.int(6 * MINUTE_MS, 40 * DAY_MS);
      return { kind: 'sent_at', skew_ms, format };
    }
    case 'wrong':
      // Far enough that it is still implausible after the 5 minutes that an event can wait in a batch.
      return {
        kind: 'wrong',
        skew_ms: ahead ? random.int(20 * MINUTE_MS, 3 * DAY_MS) : -random.int(DAY_MS + 60 * MINUTE_MS, 40 * DAY_MS),
        format,
      };
    default:
      return { kind: choice, skew_ms: 0, format };
  }
}

/** An address from the ranges set aside for documentation, which nobody has. */
function drawAddress(random: Random): string {
  if (random.chance(0.25)) return `2001:db8:${random.hex(4)}:${random.hex(4)}::${random.hex(3)}`;
  return `${random.pick(['192.0.2', '198.51.100', '203.0.113'])}.${random.int(1, 254)}`;
}
