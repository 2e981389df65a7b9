-- A row per visitor, from their sessions.
CREATE TABLE :"visitors" (
  visitor_id text COLLATE "C" PRIMARY KEY,
  first_seen timestamptz NOT NULL,
  last_seen timestamptz NOT NULL,
  sessions integer NOT NULL,
  events integer NOT NULL,
  orders integer NOT NULL,
  revenue jsonb,
  days date[] NOT NULL,
  first_source text,
  first_medium text,
  first_campaign text,
  first_channel text,
  last_source text,
  last_medium text,
  last_campaign text,
  last_channel text,
  funnel_step smallint NOT NULL,
  view_at timestamptz,
  cart_at timestamptz,
  checkout_at timestamptz,
  order_at timestamptz
);

COMMENT ON TABLE :"visitors" IS 'A row per visitor (a browser or device; without one, a user), from their sessions';
COMMENT ON COLUMN :"visitors".visitor_id IS 'Who, as in the events';
COMMENT ON COLUMN :"visitors".first_seen IS 'When their first session started';
COMMENT ON COLUMN :"visitors".last_seen IS 'When their last one ended';
COMMENT ON COLUMN :"visitors".sessions IS 'How many there are';
COMMENT ON COLUMN :"visitors".events IS 'How many events these have';
COMMENT ON COLUMN :"visitors".orders IS 'How many orders were made in them';
COMMENT ON COLUMN :"visitors".revenue IS 'What these came to, by currency';
COMMENT ON COLUMN :"visitors".days IS 'The days, in the reporting time zone, on which a session started';
COMMENT ON COLUMN :"visitors".first_source IS 'First touch: where the first session came from; null is direct';
COMMENT ON COLUMN :"visitors".first_medium IS 'First touch: medium';
COMMENT ON COLUMN :"visitors".first_campaign IS 'First touch: campaign';
COMMENT ON COLUMN :"visitors".first_channel IS 'First touch: channel';
COMMENT ON COLUMN :"visitors".last_source IS 'Last touch: where the last session that was not direct came from';
COMMENT ON COLUMN :"visitors".last_medium IS 'Last touch: medium';
COMMENT ON COLUMN :"visitors".last_campaign IS 'Last touch: campaign';
COMMENT ON COLUMN :"visitors".last_channel IS 'Last touch: channel';
COMMENT ON COLUMN :"visitors".funnel_step IS 'How many steps of the funnel they have taken in order of time, over all of their sessions';
COMMENT ON COLUMN :"visitors".view_at IS 'The first view of a product';
COMMENT ON COLUMN :"visitors".cart_at IS 'The first addition to the cart after it';
COMMENT ON COLUMN :"visitors".checkout_at IS 'The first begin of a checkout after that';
COMMENT ON COLUMN :"visitors".order_at IS 'The first order after that';
