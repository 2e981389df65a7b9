import { expect, test } from 'vitest';
import { channelOf, type Channel } from './channel.ts';

test.each<[string | null, string | null, string | null, Channel]>([
  ['google', 'organic', null, 'organic_search'],
  ['google', 'cpc', null, 'paid_search'],
  ['Google', 'CPC', 'Summer', 'paid_search'],
  ['google.de', 'ppc', null, 'paid_search'],
  ['google', 'cpc', 'eu-cross-network-1', 'cross_network'],
  ['google', 'cpc', 'Shopping DE', 'paid_shopping'],
  ['google', 'organic', 'shopping_free', 'organic_shopping'],
  ['google', 'organic', 'workshop', 'organic_search'],
  ['idealo', 'cpc', null, 'paid_shopping'],
  ['facebook', 'paid_social', null, 'paid_social'],
  ['fb', 'cpc', null, 'paid_social'],
  ['facebook', 'social', null, 'organic_social'],
  ['instagram', 'story', null, 'organic_social'],
  ['someone', 'social media', null, 'organic_social'],
  ['youtube', 'cpv cpc', null, 'paid_video'],
  ['youtube', 'referral', null, 'organic_video'],
  ['someone', 'display', null, 'display'],
  ['someone', 'cpm', null, 'display'],
  ['someone', 'cpc', null, 'paid_other'],
  ['newsletter', 'email', 'shop news', 'email'],
  ['email', null, null, 'email'],
  ['gmail', null, null, 'email'],
  ['awin', 'affiliate', null, 'affiliates'],
  ['blog.example', 'referral', null, 'referral'],
  ['sms', null, null, 'sms'],
  ['someone', 'audio', null, 'audio'],
  ['app', 'push', null, 'mobile_push'],
  ['google', null, null, 'organic_search'],
  ['newsletter', null, null, 'unassigned'],
  [null, null, 'summer', 'unassigned'],
  ['constructor', '__proto__', null, 'unassigned'],
])('%s by %s for %s is %s', (source, medium, campaign, channel) => {
  expect(channelOf(source, medium, campaign)).toBe(channel);
});
