/**
 * Who sends visitors to shops: the one table that `attribute` knows. A name is what `traffic_source` says; behind it are
 * the hosts it goes by, each with all hosts below it. `google.*` is google under any country's domain, and a name with
 * dots and without a public domain is an Android app's, as in `android-app://com.google.android.gm/`.
 */

/** What a source is. A handover is no source: the visitor comes back from paying or logging in. */
export type SourceKind = 'search' | 'social' | 'video' | 'shopping' | 'mail' | 'handover';

/** The sources of each kind. */
export const SOURCES: Readonly<Record<SourceKind, Readonly<Record<string, readonly string[]>>>> = {
  search: {
    google: ['google.*', 'com.google.android.googlequicksearchbox'],
    bing: ['bing.com', 'com.microsoft.bing'],
    duckduckgo: ['duckduckgo.com', 'com.duckduckgo.mobile.android'],
    yahoo: ['search.yahoo.com', 'yahoo.*', 'search.yahoo.co.jp'],
    yandex: ['yandex.*', 'ya.ru'],
    baidu: ['baidu.com'],
    ecosia: ['ecosia.org', 'com.ecosia.android'],
    qwant: ['qwant.com'],
    startpage: ['startpage.com'],
    brave: ['search.brave.com'],
    naver: ['naver.com'],
    daum: ['daum.net'],
    seznam: ['seznam.cz'],
    sogou: ['sogou.com'],
    so: ['so.com'],
    ask: ['ask.com'],
    aol: ['search.aol.com'],
    msn: ['msn.com'],
    kagi: ['kagi.com'],
    swisscows: ['swisscows.com'],
    mojeek: ['mojeek.com'],
    't-online': ['suche.t-online.de'],
    'web.de': ['suche.web.de'],
    gmx: ['suche.gmx.net'],
  },
  social: {
    facebook: ['facebook.com', 'fb.com', 'fb.me', 'messenger.com', 'com.facebook.katana', 'com.facebook.orca'],
    instagram: ['instagram.com', 'com.instagram.android'],
    threads: ['threads.net', 'threads.com'],
    twitter: ['twitter.com', 't.co', 'x.com', 'com.twitter.android'],
    linkedin: ['linkedin.com', 'lnkd.in', 'com.linkedin.android'],
    pinterest: ['pinterest.*', 'pin.it', 'com.pinterest'],
    reddit: ['reddit.com', 'redd.it', 'com.reddit.frontpage'],
    tiktok: ['tiktok.com', 'com.zhiliaoapp.musically'],
    snapchat: ['snapchat.com', 'com.snapchat.android'],
    whatsapp: ['whatsapp.com', 'wa.me', 'com.whatsapp'],
    telegram: ['t.me', 'telegram.org', 'telegram.me', 'org.telegram.messenger'],
    discord: ['discord.com', 'discord.gg'],
    tumblr: ['tumblr.com'],
    quora: ['quora.com'],
    bluesky: ['bsky.app'],
    mastodon: ['mastodon.social'],
    vk: ['vk.com', 'vk.ru'],
    ok: ['ok.ru'],
    weibo: ['weibo.com', 'weibo.cn'],
    wechat: ['weixin.qq.com'],
    line: ['line.me'],
    xing: ['xing.com'],
    nextdoor: ['nextdoor.com'],
    linktree: ['linktr.ee'],
  },
  video: {
    youtube: ['youtube.com', 'youtu.be', 'com.google.android.youtube'],
    vimeo: ['vimeo.com'],
    twitch: ['twitch.tv'],
    dailymotion: ['dailymotion.com'],
    bilibili: ['bilibili.com'],
  },
  shopping: {
    amazon: ['amazon.*', 'com.amazon.mshop.android.shopping'],
    ebay: ['ebay.*'],
    etsy: ['etsy.com'],
    aliexpress: ['aliexpress.com'],
    walmart: ['walmart.com'],
    alibaba: ['alibaba.com'],
    mercadolibre: ['mercadolibre.*', 'mercadolivre.com.br'],
    idealo: ['idealo.*'],
    geizhals: ['geizhals.*'],
    'shopping.google': ['shopping.google.com'],
    pricespy: ['pricespy.*', 'prisjakt.*'],
    kelkoo: ['kelkoo.*'],
    shopzilla: ['shopzilla.com'],
    billiger: ['billiger.de'],
  },
  mail: {
    gmail: ['mail.google.com', 'com.google.android.gm'],
    outlook: ['outlook.live.com', 'outlook.office.com', 'outlook.office365.com', 'com.microsoft.office.outlook'],
    'yahoo mail': ['mail.yahoo.com', 'mail.yahoo.co.jp'],
    icloud: ['icloud.com'],
    'aol mail': ['mail.aol.com'],
    proton: ['mail.proton.me', 'mail.protonmail.com'],
    'gmx mail': ['gmx.net', 'gmx.com', 'gmx.de', 'gmx.at', 'gmx.ch', 'deref-gmx.net'],
    'web.de mail': ['web.de', 'deref-web.de'],
    't-online mail': ['email.t-online.de'],
    'mail.ru': ['e.mail.ru'],
    'yandex mail': ['mail.yandex.ru', 'mail.yandex.com'],
    fastmail: ['app.fastmail.com'],
    zoho: ['mail.zoho.com', 'mail.zoho.eu'],
    qq: ['mail.qq.com'],
    mailchimp: ['list-manage.com', 'mailchi.mp'],
    klaviyo: ['klclick.com', 'klclick1.com', 'klclick2.com', 'klclick3.com'],
  },
  handover: {
    paypal: ['paypal.com', 'paypal.me', 'paypalobjects.com'],
    klarna: ['klarna.com', 'klarna.net', 'klarnapayments.com', 'sofort.com'],
    stripe: ['stripe.com', 'stripe.network'],
    adyen: ['adyen.com', 'adyenpayments.com'],
    mollie: ['mollie.com'],
    checkout: ['checkout.com'],
    braintree: ['braintreegateway.com', 'braintree-api.com'],
    'shop pay': ['shop.app', 'pay.shopify.com'],
    'amazon pay': ['pay.amazon.com', 'payments.amazon.com', 'payments.amazon.de', 'payments.amazon.co.uk'],
    'google pay': ['pay.google.com'],
    'apple pay': ['apple-pay-gateway.apple.com'],
    afterpay: ['afterpay.com', 'clearpay.co.uk'],
    affirm: ['affirm.com'],
    riverty: ['riverty.com'],
    square: ['squareup.com', 'square.link'],
    worldpay: ['worldpay.com'],
    cybersource: ['cybersource.com', 'cardinalcommerce.com', '3dsecure.io', 'arcot.com'],
    saferpay: ['saferpay.com', 'six-payment-services.com'],
    datatrans: ['datatrans.com', 'datatrans.biz'],
    postfinance: ['postfinance.ch'],
    twint: ['twint.ch'],
    payone: ['payone.com', 'pay1.de'],
    unzer: ['unzer.com', 'heidelpay.com'],
    computop: ['computop-paygate.com'],
    wirecard: ['wirecard.com'],
    giropay: ['giropay.de'],
    ideal: ['ideal.nl'],
    bancontact: ['bancontact.com'],
    przelewy24: ['przelewy24.pl'],
    payu: ['payu.com', 'payu.in'],
    trustly: ['trustly.com'],
    vipps: ['vipps.no', 'mobilepay.dk'],
    paytrail: ['paytrail.com'],
    mercadopago: ['mercadopago.*'],
    razorpay: ['razorpay.com'],
    alipay: ['alipay.com'],
    scalapay: ['scalapay.com'],
    alma: ['getalma.eu'],
    'google login': ['accounts.google.com'],
    'apple login': ['appleid.apple.com', 'account.apple.com'],
    'microsoft login': ['login.microsoftonline.com', 'login.live.com'],
  },
};

/** What people write as `utm_source` for a source, beside its name and its hosts. */
export const SOURCE_ALIASES: Readonly<Record<string, string>> = {
  fb: 'facebook',
  meta: 'facebook',
  ig: 'instagram',
  x: 'twitter',
  yt: 'youtube',
  adwords: 'google',
  googleads: 'google',
  'google-ads': 'google',
  google_ads: 'google',
};

/** What a click id in a page's address says by itself. */
export interface ClickId {
  readonly source: string;
  readonly medium: string;
  /** Whether it stands in links that nobody paid for, too, so that a known referrer says more. */
  readonly weak?: true;
}

/** The parameters that advertisers' links carry. Of several in one address the one that stands first here counts. */
export const CLICK_IDS: Readonly<Record<string, ClickId>> = {
  gclid: { source: 'google', medium: 'cpc' },
  gbraid: { source: 'google', medium: 'cpc' },
  wbraid: { source: 'google', medium: 'cpc' },
  dclid: { source: 'google', medium: 'display' },
  msclkid: { source: 'bing', medium: 'cpc' },
  yclid: { source: 'yandex', medium: 'cpc' },
  ttclid: { source: 'tiktok', medium: 'cpc' },
  twclid: { source: 'twitter', medium: 'cpc' },
  li_fat_id: { source: 'linkedin', medium: 'cpc' },
  epik: { source: 'pinterest', medium: 'cpc' },
  ScCid: { source: 'snapchat', medium: 'cpc' },
  rdt_cid: { source: 'reddit', medium: 'cpc' },
  awc: { source: 'awin', medium: 'affiliate' },
  irclickid: { source: 'impact', medium: 'affiliate' },
  cjevent: { source: 'cj', medium: 'affiliate' },
  mc_eid: { source: 'mailchimp', medium: 'email' },
  mc_cid: { source: 'mailchimp', medium: 'email' },
  _kx: { source: 'klaviyo', medium: 'email' },
  fbclid: { source: 'facebook', medium: 'social', weak: true },
  igshid: { source: 'instagram', medium: 'social', weak: true },
  srsltid: { source: 'google', medium: 'organic', weak: true },
};

/** The label before a country's domain that is no site's own: `co.uk`, `com.br`. */
export const SECOND_LEVELS: ReadonlySet<string> = new Set(
  'ac co com edu go gob gov govt gv ltd me mil ne net nhs nom or org plc sch school web'.split(' '),
);

/** Domains below which every name is another owner's. */
export const SHARED_DOMAINS: ReadonlySet<string> = new Set(
  (
    'myshopify.com mybigcommerce.com wixsite.com squarespace.com webflow.io wordpress.com blogspot.com tumblr.com ' +
    'github.io gitlab.io pages.dev workers.dev vercel.app netlify.app herokuapp.com web.app firebaseapp.com fly.dev ' +
    'onrender.com amplifyapp.com cloudfront.net amazonaws.com azurewebsites.net appspot.com run.app ngrok.io ngrok.app'
  ).split(' '),
);
