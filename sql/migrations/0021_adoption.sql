-- How far the rows of a table that was there before are taken over, and what became of them: `migrate --adopt`. At most one
-- row; where there was no such table, none.
CREATE TABLE :"adoption" (
  is_set boolean PRIMARY KEY DEFAULT true CHECK (is_set),
  next_block bigint NOT NULL DEFAULT 0,
  found bigint NOT NULL DEFAULT 0,
  split bigint NOT NULL DEFAULT 0,
  adopted bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  kept_aside jsonb NOT NULL DEFAULT '{}',
  started_at timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz
);

COMMENT ON TABLE :"adoption" IS 'What became of the rows of the events table that was there before; that one is kept, as it was';
COMMENT ON COLUMN :"adoption".is_set IS 'Always true: there is one row at most';
COMMENT ON COLUMN :"adoption".next_block IS 'The block of the former table with which copying goes on';
COMMENT ON COLUMN :"adoption".found IS 'Rows that were read; with those split off, as many as were adopted, were duplicates or are kept aside';
COMMENT ON COLUMN :"adoption".split IS 'Events that a transform made of others';
COMMENT ON COLUMN :"adoption".adopted IS 'Rows that became events';
COMMENT ON COLUMN :"adoption".duplicates IS 'Rows whose event was there already, by its id';
COMMENT ON COLUMN :"adoption".kept_aside IS 'Rows that could not become events, by reason: no_time, id_too_long, ...';
COMMENT ON COLUMN :"adoption".started_at IS 'When copying began';
COMMENT ON COLUMN :"adoption".finished_at IS 'When all was copied and settled';
