-- The vocabulary: which step of a visit an event is, whatever its sender calls it. Names are compared in lower case. Rows may
-- be added and changed; `clickstream rebuild` applies that to what is there already.
CREATE TABLE :"steps" (
  event_name text COLLATE "C" PRIMARY KEY CHECK (event_name = lower(event_name)),
  step text NOT NULL CHECK (step IN (
    'home', 'category', 'search', 'page', 'view', 'cart', 'remove', 'checkout', 'order', 'refund', 'cancel', 'account'
  ))
);

COMMENT ON TABLE :"steps" IS 'The vocabulary: which step of a visit an event name stands for';
COMMENT ON COLUMN :"steps".event_name IS 'The event’s name in lower case: the tracker’s own, GA4’s, Segment’s or yours';
COMMENT ON COLUMN :"steps".step IS
  'view, cart, checkout and order are the funnel; refund and cancel count against an order; the others are for journeys';

INSERT INTO :"steps" (event_name, step) VALUES
  ('home_view', 'home'),
  ('category_view', 'category'), ('view_category', 'category'), ('view_item_list', 'category'),
  ('product list viewed', 'category'),
  ('search', 'search'), ('view_search_results', 'search'), ('products searched', 'search'),
  ('page_view', 'page'), ('page', 'page'), ('screen_view', 'page'),
  ('product_view', 'view'), ('view_product', 'view'), ('view_item', 'view'), ('product viewed', 'view'),
  ('add_to_cart_click', 'cart'), ('add_to_cart', 'cart'), ('product added', 'cart'),
  ('remove_from_cart_click', 'remove'), ('remove_from_cart', 'remove'), ('product removed', 'remove'),
  ('checkout_start', 'checkout'), ('begin_checkout', 'checkout'), ('checkout started', 'checkout'),
  ('checkout_complete', 'order'), ('purchase', 'order'), ('order completed', 'order'),
  ('refund', 'refund'), ('order refunded', 'refund'),
  ('order_cancelled', 'cancel'), ('order_canceled', 'cancel'), ('order cancelled', 'cancel'),
  ('login', 'account'), ('sign_up', 'account'), ('signed in', 'account'), ('signed up', 'account');
