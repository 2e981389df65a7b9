-- One row per event, from whatever record of it was received first. The columns are those that the built-in transforms
-- declare; a test holds the two against each other. Comments come from the declarations, too.
CREATE TABLE :"events" (
  event_id uuid PRIMARY KEY,
  event_timestamp timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  record_hash bigint NOT NULL,
  user_id text,
  client_id text,
  visitor_id text,
  session_id text,
  session_derived boolean NOT NULL,
  event_name text NOT NULL,
  user_login_state text,
  identity_source text,
  is_first_visit boolean,
  product_id text,
  product_name text,
  product_category text,
  product_brand text,
  product_price numeric,
  product_discount_price numeric,
  product_url_path text,
  page_url text,
  referrer text,
  order_id text,
  order_total numeric,
  item_count integer,
  currency text,
  properties jsonb
);

-- Rows arrive nearly in order of time, so a summary per range of pages finds a day at next to no cost per insert.
CREATE INDEX ON :"events" USING brin (event_timestamp);

-- Settling walks along a visitor's events without a client session; the others never enter this index.
CREATE INDEX ON :"events" (visitor_id, event_timestamp, event_id) WHERE session_derived;
