import { CATEGORIES, pickProduct, pricePaid_cents, type Product, SHOP_URL } from './catalogue.ts';
import type { EventName, Oddity, OrderFacts, OrderLine } from './facts.ts';
import { ENTRANCES, NEWSLETTER, type Origin } from './origins.ts';
import type { Random } from './random.ts';
import type { Shopper } from './shopper.ts';

/** Something a shopper does, at its true time. */
export interface Action {
  readonly at_ms: number;
  readonly name: EventName;
  /** Undefined when the shop's server does it, without a browser. */
  readonly pageUrl: string | undefined;
  readonly referrer: string | undefined;
  /** Set where page and referrer tell where the shopper came from. */
  readonly origin: Origin | undefined;
  readonly loggedIn: boolean;
  readonly product: Product | undefined;
  readonly quantity: number | undefined;
  readonly searchQuery: string | undefined;
  readonly order: OrderFacts | undefined;
  readonly refund_cents: number | undefined;
  readonly oddities: readonly Oddity[];
}

/** What leads into a visit. */
export interface Entry {
  readonly at_ms: number;
  /** 0 for the shopper's first visit within the traffic. */
  readonly number: number;
  readonly loggedIn: boolean;
  /** Came exactly one millisecond after the session timeout. */
  readonly atTimeout: boolean;
}

/** Where a shopper is: each thing done is written down with the page, the time and whether they are logged in. */
export class Walk {
  readonly actions: Action[] = [];
  readonly #random: Random;
  readonly #shopper: Shopper;
  readonly #entry: Entry;
  #now_ms: number;
  #loggedIn: boolean;
  #page: string | undefined;

  constructor(random: Random, shopper: Shopper, entry: Entry) {
    this.#random = random;
    this.#shopper = shopper;
    this.#entry = entry;
    this.#now_ms = entry.at_ms;
    this.#loggedIn = entry.loggedIn;
  }

  /** The first page, from a search engine, a campaign, another site or nowhere. */
  land(): void {
    const random = this.#random;
    const { referrer, query, origin } = random.weighted(ENTRANCES);
    this.#page = referrer;
    const oddities: Oddity[] = [];
    if (this.#entry.number > 0) oddities.push('return_visit');
    if (this.#entry.atTimeout) oddities.push('timeout_return');
    const page = random.weighted([['home', 45], ['category', 25], ['product', 22], ['about', 8]] as const); // prettier-ignore
    if (page === 'home') this.does('home_view', `/${query}`, { oddities, origin });
    else if (page === 'category')
      this.does('category_view', `/${random.pick(CATEGORIES).toLowerCase()}${query}`, { oddities, origin });
    else if (page === 'about') this.does('page_view', `/about${query}`, { oddities, origin });
    else {
      const product = pickProduct(random);
      this.does('product_view', `${product.path}${query}`, { product, oddities, origin });
    }
  }

  /** One more page. */
  wander(): void {
    const random = this.#random;
    if (random.chance(0.02)) {
      // From the inbox, while the shop is open in another tab.
      this.#page = undefined;
      const { query, origin } = NEWSLETTER;
      this.does('category_view', `/audio${query}`, { origin, oddities: ['second_campaign'] });
      return;
    }
    const step = random.weighted([['product', 50], ['category', 26], ['search', 14], ['page', 10]] as const); // prettier-ignore
    if (step === 'category') this.does('category_view', `/${random.pick(CATEGORIES).toLowerCase()}`);
    else if (step === 'page') this.does('page_view', random.pick(['/shipping', '/returns', '/journal/how-to-grind']));
    else if (step === 'search') {
      const searchQuery = random.pick(['lamp', 'Mühle', 'pan 28', 'gift under 50 €', 'headphones', 'seeds & pots']);
      this.does('search', `/search?q=${encodeURIComponent(searchQuery)}`, { searchQuery });
    } else this.look();
  }

  look(): Product {
    const product = pickProduct(this.#random);
    this.does('product_view', product.path, { product });
    return product;
  }

  fillCart(lines: number): OrderLine[] {
    return Array.from({ length: lines }, () => this.#add(this.look()));
  }

  /** Adds what a list shows, without a look at its page. */
  addFromList(): OrderLine[] {
    const product = pickProduct(this.#random);
    this.does('category_view', `/${product.category.toLowerCase()}`);
    return [this.#add(product, ['cart_from_list'])];
  }

  #add(product: Product, oddities: readonly Oddity[] = []): OrderLine {
    const quantity = this.#random.weighted([[1, 8], [2, 2], [4, 1]]); // prettier-ignore
    this.does('add_to_cart_click', product.path, { product, quantity, oddities });
    return { product, quantity };
  }

  checkOut(cart: readonly OrderLine[], buys: boolean, oddities: readonly Oddity[] = []): void {
    if (this.#shopper.userId !== undefined && !this.#loggedIn && this.#random.chance(0.8)) {
      this.#loggedIn = true;
      this.does('login', '/login', { oddities: ['login'] });
    }
    this.does('checkout_start', '/checkout', { oddities });
    if (!buys) return;
    const paidElsewhere = this.#random.chance(0.2);
    if (paidElsewhere) this.#page = 'https://www.paypal.com/checkoutnow';
    const order: OrderFacts = {
      id: `LL-${100_000 + this.#shopper.serial}-${this.#entry.number + 1}`,
      total_cents: cart.reduce((sum, { product, quantity }) => sum + quantity * pricePaid_cents(product), 0),
      itemCount: cart.reduce((sum, { quantity }) => sum + quantity, 0),
      lines: this.#shopper.sendsItems ? cart : undefined,
      currency: this.#shopper.currency,
      seen: false,
    };
    this.does('checkout_complete', '/checkout/done', { order, oddities: paidElsewhere ? ['paid_elsewhere'] : [] });
    if (this.#random.chance(0.06))
      this.does('checkout_complete', '/checkout/done', { order, oddities: ['order_reload'] });
  }

  does(
    name: EventName,
    path: string,
    about: Partial<Pick<Action, 'origin' | 'product' | 'quantity' | 'searchQuery' | 'order' | 'oddities'>> = {},
  ): void {
    const random = this.#random;
    // A visit's pauses stay under 20 minutes. An event without a usable clock gets the time at which its batch arrives,
    // up to 5 minutes later, and the pause must still be under the timeout then.
    if (this.actions.length > 0) {
      this.#now_ms += random.chance(0.04) ? random.int(120_000, 19 * 60_000) : random.early(2_500, 110_000);
    }
    const pageUrl = SHOP_URL + path;
    this.actions.push({
      at_ms: this.#now_ms,
      name,
      pageUrl,
      referrer: this.#page,
      origin: about.origin,
      loggedIn: this.#loggedIn,
      product: about.product,
      quantity: about.quantity,
      searchQuery: about.searchQuery,
      order: about.order,
      refund_cents: undefined,
      oddities: about.oddities ?? [],
    });
    this.#page = pageUrl;
  }
}
