/**
 * Our names of what happens in a shop, by those that other trackers give it. Written in lower case with `_` for all that
 * is no letter and no digit, since `Product Viewed`, `product_viewed` and `ProductViewed` are one name to people.
 */
export const EVENT_NAMES = {
  /** Google Analytics 4, recommended events for online sales. */
  ga4: {
    page_view: 'page_view',
    view_item: 'product_view',
    view_item_list: 'category_view',
    select_item: 'product_click',
    search: 'search',
    view_search_results: 'search',
    add_to_cart: 'add_to_cart_click',
    remove_from_cart: 'remove_from_cart',
    view_cart: 'cart_view',
    add_to_wishlist: 'add_to_wishlist',
    begin_checkout: 'checkout_start',
    add_shipping_info: 'checkout_shipping',
    add_payment_info: 'checkout_payment',
    purchase: 'checkout_complete',
    refund: 'refund',
    login: 'login',
    sign_up: 'sign_up',
    view_promotion: 'promotion_view',
    select_promotion: 'promotion_click',
  },
  /** Segment, e-commerce events of version 2, and its B2B names of accounts. */
  segment: {
    page: 'page_view',
    page_viewed: 'page_view',
    product_viewed: 'product_view',
    product_list_viewed: 'category_view',
    product_clicked: 'product_click',
    products_searched: 'search',
    product_added: 'add_to_cart_click',
    product_removed: 'remove_from_cart',
    cart_viewed: 'cart_view',
    product_added_to_wishlist: 'add_to_wishlist',
    checkout_started: 'checkout_start',
    payment_info_entered: 'checkout_payment',
    order_completed: 'checkout_complete',
    order_refunded: 'refund',
    order_cancelled: 'order_cancelled',
    signed_in: 'login',
    signed_up: 'sign_up',
    promotion_viewed: 'promotion_view',
    promotion_clicked: 'promotion_click',
  },
  /** Snowplow, actions of its e-commerce plug-in and of the enhanced e-commerce before it. */
  snowplow: {
    page_view: 'page_view',
    product_view: 'product_view',
    list_view: 'category_view',
    list_click: 'product_click',
    add_to_cart: 'add_to_cart_click',
    remove_from_cart: 'remove_from_cart',
    site_search: 'search',
    transaction: 'checkout_complete',
    refund: 'refund',
    promo_view: 'promotion_view',
    promo_click: 'promotion_click',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;
