/** The columns that peers fill. What they leave out: hashes, derived sessions, where traffic came from, bots, corrected times. */
export const PEER_COLUMNS = [
  'event_id', 'event_timestamp', 'received_at', 'record_hash', 'user_id', 'client_id', 'visitor_id', 'session_id',
  'session_derived', 'event_name', 'user_login_state', 'identity_source', 'is_first_visit', 'product_id', 'product_name',
  'product_category', 'product_brand', 'product_price', 'product_discount_price', 'product_url_path', 'page_url', 'referrer',
  'order_id', 'order_total', 'item_count', 'currency', 'properties',
] as const; // prettier-ignore
