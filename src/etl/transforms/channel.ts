import { knownName } from './known-source.ts';

/**
 * The channels of Google Analytics 4's default grouping, in snake case, in the order in which they are tried. `direct`
 * is not among them: it is the absence of all that could be told. `unassigned` is what fits none.
 */
export type Channel =
  | 'cross_network' | 'paid_shopping' | 'paid_search' | 'paid_social' | 'paid_video' | 'display' | 'paid_other'
  | 'organic_shopping' | 'organic_social' | 'organic_video' | 'organic_search' | 'referral' | 'email' | 'affiliates'
  | 'audio' | 'sms' | 'mobile_push' | 'unassigned'; // prettier-ignore

const DISPLAY = new Set(['display', 'banner', 'expandable', 'interstitial', 'cpm']);
const SOCIAL = new Set(['social', 'social-network', 'social-media', 'social_network', 'social_media', 'sm']);
const SOCIAL_WORDS = new Set(['social network', 'social media']);
const EMAIL = new Set(['email', 'e-mail', 'e_mail', 'e mail']);
const REFERRAL = new Set(['referral', 'app', 'link']);
const AFFILIATES = new Set(['affiliate', 'affiliates']);

/** A campaign for a shop or for shopping, but not for a workshop. */
const SHOPPING = /(?:^|[^a-z]|e)shop|shopping/;

/** The channel of a visit. Case does not count. */
export function channelOf(source: string | null, medium: string | null, campaign: string | null): Channel {
  const from = source?.toLowerCase() ?? '';
  const by = medium?.toLowerCase() ?? '';
  const running = campaign?.toLowerCase() ?? '';
  const kind = knownName(from)?.kind;
  const shopping = kind === 'shopping' || SHOPPING.test(running);
  if (running.includes('cross-network')) return 'cross_network';
  if (isPaid(by)) {
    if (shopping) return 'paid_shopping';
    if (kind === 'search') return 'paid_search';
    if (kind === 'social') return 'paid_social';
    if (kind === 'video') return 'paid_video';
    return DISPLAY.has(by) ? 'display' : 'paid_other';
  }
  if (DISPLAY.has(by)) return 'display';
  // What the medium says outright goes before what a campaign happens to be called.
  if (EMAIL.has(by) || EMAIL.has(from)) return 'email';
  if (AFFILIATES.has(by)) return 'affiliates';
  if (by === 'sms' || from === 'sms') return 'sms';
  if (by === 'audio') return 'audio';
  if (shopping) return 'organic_shopping';
  if (kind === 'social' || SOCIAL.has(by) || SOCIAL_WORDS.has(by)) return 'organic_social';
  if (kind === 'video' || by.includes('video')) return 'organic_video';
  if (kind === 'search' || by === 'organic') return 'organic_search';
  if (REFERRAL.has(by)) return 'referral';
  if (kind === 'mail') return 'email';
  if (by.endsWith('push') || by.includes('mobile') || by.includes('notification')) return 'mobile_push';
  return 'unassigned';
}

function isPaid(medium: string): boolean {
  return medium.includes('cp') || medium === 'ppc' || medium === 'retargeting' || medium.startsWith('paid');
}
