-- A row per order, however often and in whatever sessions its event came.
CREATE INDEX ON :"events" (order_id) WHERE order_id IS NOT NULL;

CREATE TABLE :"orders" (
  order_id text COLLATE "C" PRIMARY KEY,
  event_id uuid NOT NULL,
  ordered_at timestamptz NOT NULL,
  visitor_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C",
  user_id text,
  currency text NOT NULL,
  total numeric NOT NULL,
  item_count integer,
  refunded numeric NOT NULL,
  refunded_at timestamptz,
  cancelled_at timestamptz,
  net numeric NOT NULL,
  events integer NOT NULL,
  lines jsonb,
  traffic_source text,
  traffic_medium text,
  traffic_campaign text,
  traffic_channel text,
  first_source text,
  first_medium text,
  first_campaign text,
  first_channel text
);

CREATE INDEX ON :"orders" (visitor_id, session_id);
CREATE INDEX ON :"orders" (ordered_at);

COMMENT ON TABLE :"orders" IS 'A row per order, by the order event that was received first';
COMMENT ON COLUMN :"orders".event_id IS 'The event that stands for it: of those of the step order, the one received first';
COMMENT ON COLUMN :"orders".order_id IS 'The shop’s own number of the order';
COMMENT ON COLUMN :"orders".ordered_at IS 'When that event happened';
COMMENT ON COLUMN :"orders".visitor_id IS 'Who ordered; empty where nobody is known';
COMMENT ON COLUMN :"orders".session_id IS 'In which session';
COMMENT ON COLUMN :"orders".user_id IS 'As which user';
COMMENT ON COLUMN :"orders".currency IS 'ISO 4217 code as sent; empty where none was';
COMMENT ON COLUMN :"orders".total IS 'What was ordered for, in the currency; 0 where nothing was sent';
COMMENT ON COLUMN :"orders".item_count IS 'How many items; where it was not sent, the sum of the lines';
COMMENT ON COLUMN :"orders".refunded IS 'What was given back: refund events with an amount, or all of it by one without; at most the total';
COMMENT ON COLUMN :"orders".refunded_at IS 'When it was refunded first';
COMMENT ON COLUMN :"orders".cancelled_at IS 'When it was cancelled';
COMMENT ON COLUMN :"orders".net IS 'What is left: total less refunded, 0 when cancelled';
COMMENT ON COLUMN :"orders".events IS 'How many events speak of the order';
COMMENT ON COLUMN :"orders".lines IS 'What was ordered: of items, products or ecommerce.items of the event, else its own product';
COMMENT ON COLUMN :"orders".traffic_source IS 'Where the session of the order came from; null is direct';
COMMENT ON COLUMN :"orders".traffic_medium IS 'Its medium';
COMMENT ON COLUMN :"orders".traffic_campaign IS 'Its campaign';
COMMENT ON COLUMN :"orders".traffic_channel IS 'Its channel';
COMMENT ON COLUMN :"orders".first_source IS 'Where the visitor’s first session came from; null is direct';
COMMENT ON COLUMN :"orders".first_medium IS 'Its medium';
COMMENT ON COLUMN :"orders".first_campaign IS 'Its campaign';
COMMENT ON COLUMN :"orders".first_channel IS 'Its channel';

CREATE TABLE :"orderMarks" (
  order_id text COLLATE "C" NOT NULL
);

COMMENT ON TABLE :"orderMarks" IS 'Orders of which an event was inserted or replaced: to be settled';
COMMENT ON COLUMN :"orderMarks".order_id IS 'The order';
