-- The ledger: one row per invocation and hour (or key range of one), written in the transactions of its batches, so that
-- it counts exactly what was committed.
CREATE TABLE :"runs" (
  run_id uuid NOT NULL,
  unit text COLLATE "C" NOT NULL,
  hour timestamptz NOT NULL,
  trigger text NOT NULL,
  status text NOT NULL CHECK (status IN ('running', 'complete', 'partial', 'failed', 'lost')),
  error_code text,
  started_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  processed bigint NOT NULL DEFAULT 0,
  read bigint NOT NULL DEFAULT 0,
  split bigint NOT NULL DEFAULT 0,
  inserted bigint NOT NULL DEFAULT 0,
  duplicates bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  dropped bigint NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  batches bigint NOT NULL DEFAULT 0,
  duration_ms bigint,
  peak_rss_mb integer,
  PRIMARY KEY (run_id, unit),
  CHECK (read + split = inserted + duplicates + rejected + dropped)
);

CREATE INDEX ON :"runs" (hour, started_at);

COMMENT ON TABLE :"runs" IS 'Ledger: a row per invocation and hour, with what it committed';
COMMENT ON COLUMN :"runs".unit IS 'The hour’s prefix, or the key range of it';
COMMENT ON COLUMN :"runs".trigger IS 'scheduled or explicit';
COMMENT ON COLUMN :"runs".status IS 'running; complete; partial: out of time, goes on; failed: see error_code; lost: died, or overtaken';
COMMENT ON COLUMN :"runs".processed IS 'Objects read to their end';
COMMENT ON COLUMN :"runs".read IS 'Records read, rejected ones included';
COMMENT ON COLUMN :"runs".split IS 'Events that a transform made of others';
COMMENT ON COLUMN :"runs".inserted IS 'New rows';
COMMENT ON COLUMN :"runs".duplicates IS 'Records of events that another record stands for; a replaced row counts here';
COMMENT ON COLUMN :"runs".rejected IS 'Dead letters';
COMMENT ON COLUMN :"runs".dropped IS 'Left out by a transform on purpose';
COMMENT ON COLUMN :"runs".bytes IS 'Sizes of the objects processed';
COMMENT ON COLUMN :"runs".batches IS 'Transactions';
