-- A row per visit, always what a full recompute from the events would give. What must be looked at again is known from
-- marks; see sql/settle.

-- Ids are compared by bytes: a third of the cost of a locale's rules, and the same order on every server.
ALTER TABLE :"events"
  ALTER COLUMN visitor_id TYPE text COLLATE "C",
  ALTER COLUMN session_id TYPE text COLLATE "C",
  ALTER COLUMN order_id TYPE text COLLATE "C";

-- The first two indexes give way to better ones.
DO $$
DECLARE
  former regclass;
BEGIN
  FOR former IN SELECT indexrelid FROM pg_index WHERE indrelid = ':"events"'::regclass AND NOT indisprimary LOOP
    EXECUTE 'DROP INDEX ' || former;
  END LOOP;
END
$$;

-- Some late events among many on time would stretch a range's one minimum and maximum over weeks; up to 16 intervals do not.
CREATE INDEX ON :"events" USING brin (event_timestamp timestamptz_minmax_multi_ops);

-- Settling walks along a visitor's events, and reads the sessions that changed; people look visitors up.
CREATE INDEX ON :"events" (visitor_id, event_timestamp, event_id);

CREATE TABLE :"sessions" (
  visitor_id text COLLATE "C" NOT NULL,
  session_id text COLLATE "C" NOT NULL,
  derived boolean NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  events integer NOT NULL,
  page_views integer NOT NULL,
  product_views integer NOT NULL,
  carts integer NOT NULL,
  user_id text,
  users jsonb,
  logged_in boolean NOT NULL,
  landing_page text,
  exit_page text,
  referrer text,
  traffic_source text,
  traffic_medium text,
  traffic_campaign text,
  traffic_channel text,
  furthest_step text,
  furthest_at timestamptz,
  funnel_step smallint NOT NULL,
  view_at timestamptz,
  cart_at timestamptz,
  checkout_at timestamptz,
  order_at timestamptz,
  cart_times timestamptz[],
  checkout_times timestamptz[],
  order_times timestamptz[],
  path text[] NOT NULL,
  products jsonb,
  orders integer NOT NULL,
  revenue jsonb,
  PRIMARY KEY (visitor_id, session_id)
);

CREATE INDEX ON :"sessions" (started_at);

COMMENT ON TABLE :"sessions" IS 'A row per visit: settled from the events before an hour counts as completed';
COMMENT ON COLUMN :"sessions".visitor_id IS 'Whose it was, as in the events; empty where the client sent a session and neither client nor user';
COMMENT ON COLUMN :"sessions".session_id IS 'The client’s session; else auto- and the id of the first event';
COMMENT ON COLUMN :"sessions".derived IS 'Whether the session was derived from the visitor’s events';
COMMENT ON COLUMN :"sessions".started_at IS 'Time of its first event';
COMMENT ON COLUMN :"sessions".ended_at IS 'Time of its last event';
COMMENT ON COLUMN :"sessions".events IS 'How many events it has';
COMMENT ON COLUMN :"sessions".page_views IS 'How many of them show a page: home, category, search, page and view';
COMMENT ON COLUMN :"sessions".product_views IS 'How many of them show a product';
COMMENT ON COLUMN :"sessions".carts IS 'How many of them add to the cart';
COMMENT ON COLUMN :"sessions".user_id IS 'The user that was known last';
COMMENT ON COLUMN :"sessions".users IS 'Each user that was known in it: events, and the times of the first and last';
COMMENT ON COLUMN :"sessions".logged_in IS 'Whether a user was known at any time';
COMMENT ON COLUMN :"sessions".landing_page IS 'The first page, without its query';
COMMENT ON COLUMN :"sessions".exit_page IS 'The last page, without its query';
COMMENT ON COLUMN :"sessions".referrer IS 'The first referrer';
COMMENT ON COLUMN :"sessions".traffic_source IS 'Where the visit came from: of the first event that says so; null is direct';
COMMENT ON COLUMN :"sessions".traffic_medium IS 'The medium, of the same event';
COMMENT ON COLUMN :"sessions".traffic_campaign IS 'The campaign, of the same event';
COMMENT ON COLUMN :"sessions".traffic_channel IS 'The channel, of the same event';
COMMENT ON COLUMN :"sessions".furthest_step IS 'The furthest of view, cart, checkout and order that has an event, in whatever order they came';
COMMENT ON COLUMN :"sessions".furthest_at IS 'When that step was reached first';
COMMENT ON COLUMN :"sessions".funnel_step IS 'How many steps of the funnel were taken in order of time: 1 viewed, 2 then added to the cart, 3 then began to check out, 4 then ordered';
COMMENT ON COLUMN :"sessions".view_at IS 'The first view of a product';
COMMENT ON COLUMN :"sessions".cart_at IS 'The first addition to the cart after it';
COMMENT ON COLUMN :"sessions".checkout_at IS 'The first begin of a checkout after that';
COMMENT ON COLUMN :"sessions".order_at IS 'The first order after that';
COMMENT ON COLUMN :"sessions".cart_times IS 'All additions to the cart';
COMMENT ON COLUMN :"sessions".checkout_times IS 'All begins of a checkout';
COMMENT ON COLUMN :"sessions".order_times IS 'All order events';
COMMENT ON COLUMN :"sessions".path IS 'Its first eight steps, repetitions left out: steps of the vocabulary, else the event’s name';
COMMENT ON COLUMN :"sessions".products IS 'Each product that was seen or added: views, carts, and how far it came in order of time (step 0 to 4)';
COMMENT ON COLUMN :"sessions".orders IS 'How many orders were made in it; each order belongs to the session of the event that was received first';
COMMENT ON COLUMN :"sessions".revenue IS 'What these orders came to, by currency, refunds and cancellations taken off';

-- Client sessions are marked as well; without a session a mark means the visitor's events without one.
ALTER TABLE :"marks" ADD COLUMN session_id text COLLATE "C";
ALTER TABLE :"marks" ALTER COLUMN visitor_id TYPE text COLLATE "C";
COMMENT ON TABLE :"marks" IS 'What is to be settled: stretches of time in which a session’s events changed';
COMMENT ON COLUMN :"marks".visitor_id IS 'The visitor; empty where there is none';
COMMENT ON COLUMN :"marks".session_id IS 'The client’s session; null for the visitor’s events without one';
COMMENT ON COLUMN :"marks".from_at IS 'The first time at which something changed';
COMMENT ON COLUMN :"marks".to_at IS 'The last';
