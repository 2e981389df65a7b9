-- Sums that dashboards read, kept up to date by what each settling adds and takes away. A quarter of an hour begins a day
-- in any time zone. Keys that have no value are empty texts, and long ones are cut. sql/rollups says what is summed.

-- Batches say which events they added and took away; settling adds that up.
CREATE TABLE :"activityMarks" (
  quarter timestamptz NOT NULL,
  event_name text NOT NULL,
  events bigint NOT NULL
);

COMMENT ON TABLE :"activityMarks" IS 'Events that batches inserted (or, below zero, moved away) and that are to be added up';
COMMENT ON COLUMN :"activityMarks".quarter IS 'The quarter of an hour they happened in';
COMMENT ON COLUMN :"activityMarks".event_name IS 'Their name, at most 128 characters of it';
COMMENT ON COLUMN :"activityMarks".events IS 'How many';

CREATE TABLE :"quarterlyActivity" (
  quarter timestamptz NOT NULL,
  event_name text COLLATE "C" NOT NULL,
  events bigint NOT NULL,
  PRIMARY KEY (quarter, event_name)
);

CREATE TABLE :"quarterlySessions" (
  quarter timestamptz NOT NULL,
  logged_in boolean NOT NULL,
  traffic_source text COLLATE "C" NOT NULL,
  traffic_medium text COLLATE "C" NOT NULL,
  traffic_campaign text COLLATE "C" NOT NULL,
  traffic_channel text COLLATE "C" NOT NULL,
  sessions bigint NOT NULL,
  bounces bigint NOT NULL,
  events bigint NOT NULL,
  page_views bigint NOT NULL,
  duration_ms bigint NOT NULL,
  viewed bigint NOT NULL,
  carted bigint NOT NULL,
  checked_out bigint NOT NULL,
  ordered bigint NOT NULL,
  to_cart_ms bigint NOT NULL,
  to_checkout_ms bigint NOT NULL,
  to_order_ms bigint NOT NULL,
  PRIMARY KEY (quarter, logged_in, traffic_channel, traffic_source, traffic_medium, traffic_campaign)
);

CREATE TABLE :"quarterlyProducts" (
  quarter timestamptz NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  category text COLLATE "C" NOT NULL,
  brand text COLLATE "C" NOT NULL,
  sessions bigint NOT NULL,
  views bigint NOT NULL,
  carts bigint NOT NULL,
  viewed bigint NOT NULL,
  carted bigint NOT NULL,
  checked_out bigint NOT NULL,
  ordered bigint NOT NULL,
  list_price numeric NOT NULL,
  price numeric NOT NULL,
  priced bigint NOT NULL,
  PRIMARY KEY (quarter, product_id, category, brand)
);

CREATE TABLE :"quarterlyCategories" (
  quarter timestamptz NOT NULL,
  category text COLLATE "C" NOT NULL,
  brand text COLLATE "C" NOT NULL,
  sessions bigint NOT NULL,
  viewed bigint NOT NULL,
  carted bigint NOT NULL,
  checked_out bigint NOT NULL,
  ordered bigint NOT NULL,
  PRIMARY KEY (quarter, category, brand)
);

CREATE TABLE :"quarterlyOrders" (
  quarter timestamptz NOT NULL,
  currency text COLLATE "C" NOT NULL,
  traffic_source text COLLATE "C" NOT NULL,
  traffic_medium text COLLATE "C" NOT NULL,
  traffic_campaign text COLLATE "C" NOT NULL,
  traffic_channel text COLLATE "C" NOT NULL,
  orders bigint NOT NULL,
  cancelled bigint NOT NULL,
  items bigint NOT NULL,
  gross numeric NOT NULL,
  refunded numeric NOT NULL,
  net numeric NOT NULL,
  PRIMARY KEY (quarter, currency, traffic_channel, traffic_source, traffic_medium, traffic_campaign)
);

CREATE TABLE :"quarterlyOrderLines" (
  quarter timestamptz NOT NULL,
  currency text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  category text COLLATE "C" NOT NULL,
  brand text COLLATE "C" NOT NULL,
  orders bigint NOT NULL,
  quantity bigint NOT NULL,
  gross numeric NOT NULL,
  net numeric NOT NULL,
  PRIMARY KEY (quarter, currency, product_id, category, brand)
);

CREATE TABLE :"quarterlyJourneys" (
  quarter timestamptz NOT NULL,
  path text COLLATE "C" NOT NULL,
  sessions bigint NOT NULL,
  ordered bigint NOT NULL,
  PRIMARY KEY (quarter, path)
);

CREATE TABLE :"quarterlyPages" (
  quarter timestamptz NOT NULL,
  page text COLLATE "C" NOT NULL,
  weight bigint NOT NULL,
  entries bigint NOT NULL,
  exits bigint NOT NULL,
  bounces bigint NOT NULL,
  PRIMARY KEY (quarter, page)
);

CREATE TABLE :"quarterlyVisitors" (
  quarter timestamptz NOT NULL,
  traffic_source text COLLATE "C" NOT NULL,
  traffic_medium text COLLATE "C" NOT NULL,
  traffic_campaign text COLLATE "C" NOT NULL,
  traffic_channel text COLLATE "C" NOT NULL,
  visitors bigint NOT NULL,
  returned bigint NOT NULL,
  orders bigint NOT NULL,
  viewed bigint NOT NULL,
  carted bigint NOT NULL,
  checked_out bigint NOT NULL,
  ordered bigint NOT NULL,
  to_cart_ms bigint NOT NULL,
  to_checkout_ms bigint NOT NULL,
  to_order_ms bigint NOT NULL,
  PRIMARY KEY (quarter, traffic_channel, traffic_source, traffic_medium, traffic_campaign)
);

CREATE TABLE :"quarterlyAcquisition" (
  quarter timestamptz NOT NULL,
  currency text COLLATE "C" NOT NULL,
  traffic_source text COLLATE "C" NOT NULL,
  traffic_medium text COLLATE "C" NOT NULL,
  traffic_campaign text COLLATE "C" NOT NULL,
  traffic_channel text COLLATE "C" NOT NULL,
  customers bigint NOT NULL,
  net numeric NOT NULL,
  PRIMARY KEY (quarter, currency, traffic_channel, traffic_source, traffic_medium, traffic_campaign)
);

CREATE TABLE :"dailyVisitors" (
  day date NOT NULL,
  visitors bigint NOT NULL,
  new_visitors bigint NOT NULL,
  PRIMARY KEY (day)
);

CREATE TABLE :"weeklyCohorts" (
  cohort date NOT NULL,
  week date NOT NULL,
  visitors bigint NOT NULL,
  PRIMARY KEY (cohort, week)
);
