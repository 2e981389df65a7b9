-- How far each hour (or key range of one) has come. The row moves by compare-and-set on commit_no in the transaction of
-- each batch, so two runs can never both commit one; holder and held_until only save them from doing the same work.
CREATE TABLE :"checkpoints" (
  unit text COLLATE "C" PRIMARY KEY,
  hour timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'reading', 'loaded', 'completed')),
  pass integer NOT NULL DEFAULT 0,
  commit_no bigint NOT NULL DEFAULT 0,
  run_id uuid,
  -- The keys read to their end, in order: the last of them, how many, their sizes, and a chained hash of all.
  last_key text COLLATE "C",
  objects bigint NOT NULL DEFAULT 0,
  object_bytes bigint NOT NULL DEFAULT 0,
  digest text NOT NULL DEFAULT '',
  -- Where reading goes on within the object after last_key; null at the border of two objects.
  position jsonb,
  read bigint NOT NULL DEFAULT 0,
  split bigint NOT NULL DEFAULT 0,
  inserted bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  dropped bigint NOT NULL DEFAULT 0,
  batches bigint NOT NULL DEFAULT 0,
  updated_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  holder uuid,
  held_until timestamptz,
  holder_pid integer,
  holder_started timestamptz,
  CHECK (read + split = inserted + duplicates + rejected + dropped)
);

CREATE INDEX ON :"checkpoints" (hour);

COMMENT ON TABLE :"checkpoints" IS 'How far each hour, or key range of one, has come';
COMMENT ON COLUMN :"checkpoints".state IS 'reading: a pass is under way; loaded: read to its end before the hour was over; completed';
COMMENT ON COLUMN :"checkpoints".pass IS 'How often the hour was read from its start';
COMMENT ON COLUMN :"checkpoints".commit_no IS 'Number of the last commit; a batch commits only from the one it began with';
COMMENT ON COLUMN :"checkpoints".read IS 'Counts of the pass, over all of its runs';
COMMENT ON COLUMN :"checkpoints".holder IS 'The run at work on it, until held_until unless renewed';
COMMENT ON COLUMN :"checkpoints".holder_pid IS 'The holder’s connection, ended by the run that takes over when held_until has passed';
