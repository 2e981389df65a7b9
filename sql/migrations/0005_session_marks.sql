-- What settling has to look at: stretches of time in which a visitor's events without a client session were inserted,
-- replaced or moved. Appended in the transaction of the batch that changed them, so a crash loses none; settling takes
-- them out in the transaction that acts on them.
CREATE TABLE :"marks" (
  visitor_id text NOT NULL,
  from_at timestamptz NOT NULL,
  to_at timestamptz NOT NULL
);

COMMENT ON TABLE :"marks" IS 'Stretches of visitors’ events whose derived sessions are to be settled';
