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

COMMENT ON TABLE :"quarterlyActivity" IS 'Events by quarter of an hour and name';
COMMENT ON COLUMN :"quarterlyActivity".quarter IS 'The quarter of an hour they happened in';
COMMENT ON COLUMN :"quarterlyActivity".event_name IS 'Their name, at most 128 characters of it';
COMMENT ON COLUMN :"quarterlyActivity".events IS 'How many';

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

COMMENT ON TABLE :"quarterlySessions" IS
  'Sessions by quarter of an hour, login and where they came from, with the funnel in order of time';
COMMENT ON COLUMN :"quarterlySessions".quarter IS 'The quarter of an hour in which the sessions started';
COMMENT ON COLUMN :"quarterlySessions".logged_in IS 'Whether a user was known in them at any time';
COMMENT ON COLUMN :"quarterlySessions".traffic_source IS 'Where they came from, at most 128 characters; empty is direct';
COMMENT ON COLUMN :"quarterlySessions".traffic_medium IS 'Its medium, at most 64 characters';
COMMENT ON COLUMN :"quarterlySessions".traffic_campaign IS 'Its campaign, at most 128 characters';
COMMENT ON COLUMN :"quarterlySessions".traffic_channel IS 'Its channel';
COMMENT ON COLUMN :"quarterlySessions".sessions IS 'How many';
COMMENT ON COLUMN :"quarterlySessions".bounces IS 'How many of them show at most one page';
COMMENT ON COLUMN :"quarterlySessions".events IS 'Events in them';
COMMENT ON COLUMN :"quarterlySessions".page_views IS 'Views of pages in them';
COMMENT ON COLUMN :"quarterlySessions".duration_ms IS 'Milliseconds from the first to the last event, summed up';
COMMENT ON COLUMN :"quarterlySessions".viewed IS 'How many of them viewed a product';
COMMENT ON COLUMN :"quarterlySessions".carted IS 'How many then added to the cart';
COMMENT ON COLUMN :"quarterlySessions".checked_out IS 'How many then began to check out';
COMMENT ON COLUMN :"quarterlySessions".ordered IS 'How many then ordered';
COMMENT ON COLUMN :"quarterlySessions".to_cart_ms IS 'Milliseconds from the first view to the cart, over those that came so far';
COMMENT ON COLUMN :"quarterlySessions".to_checkout_ms IS 'Milliseconds from the cart to the checkout, over those that came so far';
COMMENT ON COLUMN :"quarterlySessions".to_order_ms IS 'Milliseconds from the checkout to the order, over those that came so far';

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

COMMENT ON TABLE :"quarterlyProducts" IS 'What sessions did with each product, by when they started';
COMMENT ON COLUMN :"quarterlyProducts".quarter IS 'The quarter of an hour in which the sessions started';
COMMENT ON COLUMN :"quarterlyProducts".product_id IS 'The product';
COMMENT ON COLUMN :"quarterlyProducts".category IS 'Its category at the time, at most 128 characters';
COMMENT ON COLUMN :"quarterlyProducts".brand IS 'Its brand at the time, at most 128 characters';
COMMENT ON COLUMN :"quarterlyProducts".sessions IS 'Sessions that viewed it or added it to the cart';
COMMENT ON COLUMN :"quarterlyProducts".views IS 'Views of it';
COMMENT ON COLUMN :"quarterlyProducts".carts IS 'Additions of it to the cart';
COMMENT ON COLUMN :"quarterlyProducts".viewed IS 'Sessions that viewed it';
COMMENT ON COLUMN :"quarterlyProducts".carted IS 'Sessions that then added it to the cart';
COMMENT ON COLUMN :"quarterlyProducts".checked_out IS 'Sessions that then began to check out';
COMMENT ON COLUMN :"quarterlyProducts".ordered IS 'Sessions that then ordered';
COMMENT ON COLUMN :"quarterlyProducts".list_price IS 'Its price at each view, summed up';
COMMENT ON COLUMN :"quarterlyProducts".price IS 'Its price less discount at each view, summed up';
COMMENT ON COLUMN :"quarterlyProducts".priced IS 'Views that had a price: what to divide the two sums by';

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

COMMENT ON TABLE :"quarterlyCategories" IS 'How far sessions came with any product of a category and brand';
COMMENT ON COLUMN :"quarterlyCategories".quarter IS 'The quarter of an hour in which the sessions started';
COMMENT ON COLUMN :"quarterlyCategories".category IS 'The category, at most 128 characters';
COMMENT ON COLUMN :"quarterlyCategories".brand IS 'The brand, at most 128 characters';
COMMENT ON COLUMN :"quarterlyCategories".sessions IS 'Sessions that viewed such a product or added one to the cart';
COMMENT ON COLUMN :"quarterlyCategories".viewed IS 'Sessions that viewed one';
COMMENT ON COLUMN :"quarterlyCategories".carted IS 'Sessions that then added it to the cart';
COMMENT ON COLUMN :"quarterlyCategories".checked_out IS 'Sessions that then began to check out';
COMMENT ON COLUMN :"quarterlyCategories".ordered IS 'Sessions that then ordered';

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

COMMENT ON TABLE :"quarterlyOrders" IS
  'Orders by when they were made and where their sessions came from; refunds and cancellations count where the order does';
COMMENT ON COLUMN :"quarterlyOrders".quarter IS 'The quarter of an hour in which the orders were made';
COMMENT ON COLUMN :"quarterlyOrders".currency IS 'Their currency as sent; empty where none was';
COMMENT ON COLUMN :"quarterlyOrders".traffic_source IS 'Where their sessions came from, at most 128 characters; empty is direct';
COMMENT ON COLUMN :"quarterlyOrders".traffic_medium IS 'Its medium, at most 64 characters';
COMMENT ON COLUMN :"quarterlyOrders".traffic_campaign IS 'Its campaign, at most 128 characters';
COMMENT ON COLUMN :"quarterlyOrders".traffic_channel IS 'Its channel';
COMMENT ON COLUMN :"quarterlyOrders".orders IS 'How many, cancelled ones included';
COMMENT ON COLUMN :"quarterlyOrders".cancelled IS 'How many of them were cancelled';
COMMENT ON COLUMN :"quarterlyOrders".items IS 'How many items were ordered';
COMMENT ON COLUMN :"quarterlyOrders".gross IS 'What was ordered for';
COMMENT ON COLUMN :"quarterlyOrders".refunded IS 'What was given back, by refunds and cancellations';
COMMENT ON COLUMN :"quarterlyOrders".net IS 'What is left';

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

COMMENT ON TABLE :"quarterlyOrderLines" IS 'What was ordered, line by line, by when the orders were made';
COMMENT ON COLUMN :"quarterlyOrderLines".quarter IS 'The quarter of an hour in which the orders were made';
COMMENT ON COLUMN :"quarterlyOrderLines".currency IS 'Their currency as sent; empty where none was';
COMMENT ON COLUMN :"quarterlyOrderLines".product_id IS 'The product; empty where the line names none';
COMMENT ON COLUMN :"quarterlyOrderLines".category IS 'Its category, as the order has it';
COMMENT ON COLUMN :"quarterlyOrderLines".brand IS 'Its brand, as the order has it';
COMMENT ON COLUMN :"quarterlyOrderLines".orders IS 'How many lines';
COMMENT ON COLUMN :"quarterlyOrderLines".quantity IS 'How many pieces';
COMMENT ON COLUMN :"quarterlyOrderLines".gross IS 'What the lines came to';
COMMENT ON COLUMN :"quarterlyOrderLines".net IS 'What is left of that: what an order was refunded is taken off its lines in proportion';

CREATE TABLE :"quarterlyJourneys" (
  quarter timestamptz NOT NULL,
  path text COLLATE "C" NOT NULL,
  sessions bigint NOT NULL,
  ordered bigint NOT NULL,
  PRIMARY KEY (quarter, path)
);

COMMENT ON TABLE :"quarterlyJourneys" IS 'Which ways sessions took';
COMMENT ON COLUMN :"quarterlyJourneys".quarter IS 'The quarter of an hour in which the sessions started';
COMMENT ON COLUMN :"quarterlyJourneys".path IS 'The first eight steps, repetitions left out, with > between them';
COMMENT ON COLUMN :"quarterlyJourneys".sessions IS 'How many took it';
COMMENT ON COLUMN :"quarterlyJourneys".ordered IS 'How many of them have an order event';

CREATE TABLE :"quarterlyPages" (
  quarter timestamptz NOT NULL,
  page text COLLATE "C" NOT NULL,
  weight bigint NOT NULL,
  entries bigint NOT NULL,
  exits bigint NOT NULL,
  bounces bigint NOT NULL,
  PRIMARY KEY (quarter, page)
);

COMMENT ON TABLE :"quarterlyPages" IS 'Where sessions began and ended';
COMMENT ON COLUMN :"quarterlyPages".quarter IS 'The quarter of an hour in which the sessions started';
COMMENT ON COLUMN :"quarterlyPages".page IS 'The page without its query, at most 256 characters';
COMMENT ON COLUMN :"quarterlyPages".weight IS 'Entries and exits together: a row goes when none is left';
COMMENT ON COLUMN :"quarterlyPages".entries IS 'Sessions that began here';
COMMENT ON COLUMN :"quarterlyPages".exits IS 'Sessions that ended here';
COMMENT ON COLUMN :"quarterlyPages".bounces IS 'Sessions that began here and show at most one page';

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

COMMENT ON TABLE :"quarterlyVisitors" IS
  'Visitors by when they were first seen and what brought them, with their funnel over all of their sessions';
COMMENT ON COLUMN :"quarterlyVisitors".quarter IS 'The quarter of an hour in which they were first seen';
COMMENT ON COLUMN :"quarterlyVisitors".traffic_source IS 'Where their first sessions came from, at most 128 characters; empty is direct';
COMMENT ON COLUMN :"quarterlyVisitors".traffic_medium IS 'Its medium, at most 64 characters';
COMMENT ON COLUMN :"quarterlyVisitors".traffic_campaign IS 'Its campaign, at most 128 characters';
COMMENT ON COLUMN :"quarterlyVisitors".traffic_channel IS 'Its channel';
COMMENT ON COLUMN :"quarterlyVisitors".visitors IS 'How many';
COMMENT ON COLUMN :"quarterlyVisitors".returned IS 'How many of them have more than one session';
COMMENT ON COLUMN :"quarterlyVisitors".orders IS 'Orders they have made since';
COMMENT ON COLUMN :"quarterlyVisitors".viewed IS 'How many of them viewed a product';
COMMENT ON COLUMN :"quarterlyVisitors".carted IS 'How many then added to the cart';
COMMENT ON COLUMN :"quarterlyVisitors".checked_out IS 'How many then began to check out';
COMMENT ON COLUMN :"quarterlyVisitors".ordered IS 'How many then ordered';
COMMENT ON COLUMN :"quarterlyVisitors".to_cart_ms IS 'Milliseconds from the first view to the cart, over those that came so far';
COMMENT ON COLUMN :"quarterlyVisitors".to_checkout_ms IS 'Milliseconds from the cart to the checkout, over those that came so far';
COMMENT ON COLUMN :"quarterlyVisitors".to_order_ms IS 'Milliseconds from the checkout to the order, over those that came so far';

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

COMMENT ON TABLE :"quarterlyAcquisition" IS 'What visitors have paid, by when they were first seen and what brought them';
COMMENT ON COLUMN :"quarterlyAcquisition".quarter IS 'The quarter of an hour in which they were first seen';
COMMENT ON COLUMN :"quarterlyAcquisition".currency IS 'The currency they paid in';
COMMENT ON COLUMN :"quarterlyAcquisition".traffic_source IS 'Where their first sessions came from, at most 128 characters; empty is direct';
COMMENT ON COLUMN :"quarterlyAcquisition".traffic_medium IS 'Its medium, at most 64 characters';
COMMENT ON COLUMN :"quarterlyAcquisition".traffic_campaign IS 'Its campaign, at most 128 characters';
COMMENT ON COLUMN :"quarterlyAcquisition".traffic_channel IS 'Its channel';
COMMENT ON COLUMN :"quarterlyAcquisition".customers IS 'Visitors with orders in the currency';
COMMENT ON COLUMN :"quarterlyAcquisition".net IS 'What these come to, refunds and cancellations taken off';

CREATE TABLE :"dailyVisitors" (
  day date NOT NULL,
  visitors bigint NOT NULL,
  new_visitors bigint NOT NULL,
  returning_visitors bigint NOT NULL GENERATED ALWAYS AS (visitors - new_visitors) STORED,
  PRIMARY KEY (day)
);

COMMENT ON TABLE :"dailyVisitors" IS
  'Visitors by day of the reporting time zone. Visitors of several days add up to more than there are. For example: how many visitors came yesterday, and how many of them for the first time?';
COMMENT ON COLUMN :"dailyVisitors".day IS 'The day, in the reporting time zone';
COMMENT ON COLUMN :"dailyVisitors".visitors IS 'How many started a session on it';
COMMENT ON COLUMN :"dailyVisitors".new_visitors IS 'How many of them had never done so before';
COMMENT ON COLUMN :"dailyVisitors".returning_visitors IS 'The others';

CREATE TABLE :"weeklyCohorts" (
  cohort date NOT NULL,
  week date NOT NULL,
  visitors bigint NOT NULL,
  PRIMARY KEY (cohort, week)
);

COMMENT ON TABLE :"weeklyCohorts" IS 'Visitors by the week in which they first came and the weeks in which they came again';
COMMENT ON COLUMN :"weeklyCohorts".cohort IS 'The Monday of the week in which they first came';
COMMENT ON COLUMN :"weeklyCohorts".week IS 'The Monday of a week in which they came: the same, or a later one';
COMMENT ON COLUMN :"weeklyCohorts".visitors IS 'How many';

-- The same by the days of the reporting time zone, for the views: a year of a shop's products is two million rows by quarter
-- of an hour and some hundred thousand by day. Settling adds to both. Columns and their comments are those of the finer ones.

CREATE TABLE :"eventsByDay" (LIKE :"quarterlyActivity" INCLUDING COMMENTS);
ALTER TABLE :"eventsByDay" RENAME quarter TO day;
ALTER TABLE :"eventsByDay" ALTER COLUMN day TYPE date USING day::date,
  ADD PRIMARY KEY (day, event_name);
COMMENT ON TABLE :"eventsByDay" IS 'Events, by day: the sums of quarterly_activity';
COMMENT ON COLUMN :"eventsByDay".day IS 'The day, in the reporting time zone, on which they happened';

CREATE TABLE :"sessionsByDay" (LIKE :"quarterlySessions" INCLUDING COMMENTS);
ALTER TABLE :"sessionsByDay" RENAME quarter TO day;
ALTER TABLE :"sessionsByDay" ALTER COLUMN day TYPE date USING day::date,
  ADD PRIMARY KEY (day, logged_in, traffic_channel, traffic_source, traffic_medium, traffic_campaign);
COMMENT ON TABLE :"sessionsByDay" IS 'Sessions, by day: the sums of quarterly_sessions';
COMMENT ON COLUMN :"sessionsByDay".day IS 'The day, in the reporting time zone, on which they started';

-- What is ordered on a day on which nobody views it has a row as well. Texts come last: what is summed lies at places that are
-- known then, and dashboards sum up years of it.
CREATE TABLE :"productsByDay" (
  day date NOT NULL,
  sessions bigint NOT NULL DEFAULT 0,
  views bigint NOT NULL DEFAULT 0,
  carts bigint NOT NULL DEFAULT 0,
  viewed bigint NOT NULL DEFAULT 0,
  carted bigint NOT NULL DEFAULT 0,
  checked_out bigint NOT NULL DEFAULT 0,
  ordered bigint NOT NULL DEFAULT 0,
  priced bigint NOT NULL DEFAULT 0,
  orders bigint NOT NULL DEFAULT 0,
  quantity bigint NOT NULL DEFAULT 0,
  product_id text COLLATE "C" NOT NULL,
  category text COLLATE "C" NOT NULL,
  brand text COLLATE "C" NOT NULL,
  list_price numeric NOT NULL DEFAULT 0,
  price numeric NOT NULL DEFAULT 0,
  PRIMARY KEY (day, product_id, category, brand)
);

COMMENT ON TABLE :"productsByDay" IS 'What sessions did with each product and what was ordered of it, by day: sums of quarterly_products and quarterly_order_lines';
COMMENT ON COLUMN :"productsByDay".day IS 'The day, in the reporting time zone, on which the sessions started and the orders were made';
COMMENT ON COLUMN :"productsByDay".product_id IS 'The product';
COMMENT ON COLUMN :"productsByDay".category IS 'Its category at the time, at most 128 characters';
COMMENT ON COLUMN :"productsByDay".brand IS 'Its brand at the time, at most 128 characters';
COMMENT ON COLUMN :"productsByDay".sessions IS 'Sessions that viewed it or added it to the cart';
COMMENT ON COLUMN :"productsByDay".views IS 'Views of it';
COMMENT ON COLUMN :"productsByDay".carts IS 'Additions of it to the cart';
COMMENT ON COLUMN :"productsByDay".viewed IS 'Sessions that viewed it';
COMMENT ON COLUMN :"productsByDay".carted IS 'Sessions that then added it to the cart';
COMMENT ON COLUMN :"productsByDay".checked_out IS 'Sessions that then began to check out';
COMMENT ON COLUMN :"productsByDay".ordered IS 'Sessions that then ordered';
COMMENT ON COLUMN :"productsByDay".list_price IS 'Its price at each view, summed up';
COMMENT ON COLUMN :"productsByDay".price IS 'Its price less discount at each view, summed up';
COMMENT ON COLUMN :"productsByDay".priced IS 'Views that had a price: what to divide the two sums by';
COMMENT ON COLUMN :"productsByDay".orders IS 'Lines of orders';
COMMENT ON COLUMN :"productsByDay".quantity IS 'Pieces ordered';

CREATE TABLE :"categoriesByDay" (LIKE :"quarterlyCategories" INCLUDING COMMENTS);
ALTER TABLE :"categoriesByDay" RENAME quarter TO day;
ALTER TABLE :"categoriesByDay" ALTER COLUMN day TYPE date USING day::date,
  ADD PRIMARY KEY (day, category, brand);
COMMENT ON TABLE :"categoriesByDay" IS 'How far sessions came with any product of a category and brand, by day: the sums of quarterly_categories';
COMMENT ON COLUMN :"categoriesByDay".day IS 'The day, in the reporting time zone, on which the sessions started';

CREATE TABLE :"journeysByDay" (LIKE :"quarterlyJourneys" INCLUDING COMMENTS);
ALTER TABLE :"journeysByDay" RENAME quarter TO day;
ALTER TABLE :"journeysByDay" ALTER COLUMN day TYPE date USING day::date,
  ADD PRIMARY KEY (day, path);
COMMENT ON TABLE :"journeysByDay" IS 'Which ways sessions took, by day: the sums of quarterly_journeys';
COMMENT ON COLUMN :"journeysByDay".day IS 'The day, in the reporting time zone, on which the sessions started';

CREATE TABLE :"pagesByDay" (LIKE :"quarterlyPages" INCLUDING COMMENTS);
ALTER TABLE :"pagesByDay" RENAME quarter TO day;
ALTER TABLE :"pagesByDay" ALTER COLUMN day TYPE date USING day::date,
  ADD PRIMARY KEY (day, page);
COMMENT ON TABLE :"pagesByDay" IS 'Where sessions began and ended, by day: the sums of quarterly_pages';
COMMENT ON COLUMN :"pagesByDay".day IS 'The day, in the reporting time zone, on which the sessions started';

CREATE TABLE :"ordersByDay" (LIKE :"quarterlyOrders" INCLUDING COMMENTS);
ALTER TABLE :"ordersByDay" RENAME quarter TO day;
ALTER TABLE :"ordersByDay" ALTER COLUMN day TYPE date USING day::date,
  ADD PRIMARY KEY (day, currency, traffic_channel, traffic_source, traffic_medium, traffic_campaign);
COMMENT ON TABLE :"ordersByDay" IS 'Orders, by day: the sums of quarterly_orders';
COMMENT ON COLUMN :"ordersByDay".day IS 'The day, in the reporting time zone, on which they were made';

CREATE TABLE :"orderLinesByDay" (LIKE :"quarterlyOrderLines" INCLUDING COMMENTS);
ALTER TABLE :"orderLinesByDay" RENAME quarter TO day;
ALTER TABLE :"orderLinesByDay" ALTER COLUMN day TYPE date USING day::date,
  ADD PRIMARY KEY (day, product_id, category, brand, currency);
COMMENT ON TABLE :"orderLinesByDay" IS 'What was ordered, line by line, by day: the sums of quarterly_order_lines';
COMMENT ON COLUMN :"orderLinesByDay".day IS 'The day, in the reporting time zone, on which the orders were made';

CREATE TABLE :"visitorsByDay" (LIKE :"quarterlyVisitors" INCLUDING COMMENTS);
ALTER TABLE :"visitorsByDay" RENAME quarter TO day;
ALTER TABLE :"visitorsByDay" ALTER COLUMN day TYPE date USING day::date,
  ADD PRIMARY KEY (day, traffic_channel, traffic_source, traffic_medium, traffic_campaign);
COMMENT ON TABLE :"visitorsByDay" IS 'Visitors, by day: the sums of quarterly_visitors';
COMMENT ON COLUMN :"visitorsByDay".day IS 'The day, in the reporting time zone, on which they were first seen';

CREATE TABLE :"acquisitionByDay" (LIKE :"quarterlyAcquisition" INCLUDING COMMENTS);
ALTER TABLE :"acquisitionByDay" RENAME quarter TO day;
ALTER TABLE :"acquisitionByDay" ALTER COLUMN day TYPE date USING day::date,
  ADD PRIMARY KEY (day, currency, traffic_channel, traffic_source, traffic_medium, traffic_campaign);
COMMENT ON TABLE :"acquisitionByDay" IS 'What visitors have paid, by day: the sums of quarterly_acquisition';
COMMENT ON COLUMN :"acquisitionByDay".day IS 'The day, in the reporting time zone, on which they were first seen';

CREATE TABLE :"sessionStarts" (
  quarter timestamptz NOT NULL,
  sessions bigint NOT NULL,
  PRIMARY KEY (quarter)
);

COMMENT ON TABLE :"sessionStarts" IS 'How many sessions started: quarterly_sessions summed up, which has many rows for each quarter';
COMMENT ON COLUMN :"sessionStarts".quarter IS 'The quarter of an hour';
COMMENT ON COLUMN :"sessionStarts".sessions IS 'How many started in it';
