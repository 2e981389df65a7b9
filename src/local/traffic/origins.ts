/** Where a visit comes from, as the warehouse must tell it. */
export interface Origin {
  readonly source: string;
  readonly medium: string | null;
  readonly campaign: string | null;
  readonly channel: string;
}

/** A way into the shop: what the browser tells of it, and what that means. */
export interface Entrance {
  readonly referrer: string | undefined;
  /** What the address of the first page ends in. */
  readonly query: string;
  /** Undefined when there is nothing to be known, as when somebody typed the address. */
  readonly origin: Origin | undefined;
}

function entrance(referrer: string | undefined, query: string, ...of: (string | null)[]): Entrance {
  const [source, medium, campaign, channel] = of;
  if (!source || !channel) return { referrer, query, origin: undefined };
  return { referrer, query, origin: { source, medium: medium ?? null, campaign: campaign ?? null, channel } };
}

const GOOGLE = 'https://www.google.com/';
const INSTAGRAM = 'https://www.instagram.com/';

/** The newsletter's link, which shoppers also follow while they are in the shop. */
export const NEWSLETTER = entrance(
  undefined,
  '?utm_source=newsletter&utm_medium=email&utm_campaign=week_49',
  ...['newsletter', 'email', 'week_49', 'email'],
);

/** The ways in, each with how many of a hundred visits take it. Written down, never worked out. */
// prettier-ignore
export const ENTRANCES: readonly (readonly [Entrance, number])[] = [
  [entrance(undefined, ''), 34],
  [entrance(GOOGLE, '', 'google', 'organic', null, 'organic_search'), 27],
  [entrance(GOOGLE, '?utm_source=google&utm_medium=cpc&utm_campaign=winter_sale&gclid=test', 'google', 'cpc', 'winter_sale', 'paid_search'), 11],
  [entrance(GOOGLE, '?gclid=test-2', 'google', 'cpc', null, 'paid_search'), 4],
  [NEWSLETTER, 11],
  [entrance(INSTAGRAM, '?utm_source=instagram&utm_medium=social&utm_campaign=kitchen%20love', 'instagram', 'social', 'kitchen love', 'organic_social'), 6],
  [entrance(INSTAGRAM, '', 'instagram', 'social', null, 'organic_social'), 3],
  [entrance('https://coffee-blog.example/best-grinders', '', 'coffee-blog.example', 'referral', null, 'referral'), 4],
];
