-- The dead letters: one row per record that was read and could not be loaded, with all that is needed to look at it and
-- to try again. What a run rejects replaces what an earlier run rejected in the same range of keys.
CREATE TABLE :"rejects" (
  -- Keys compare by bytes, as S3 lists them, whatever the database's collation.
  source_key text COLLATE "C" NOT NULL,
  record_index integer NOT NULL,
  start_bytes bigint NOT NULL,
  end_bytes bigint NOT NULL,
  last_modified timestamptz NOT NULL,
  etag text NOT NULL,
  code text NOT NULL,
  detail text NOT NULL,
  raw bytea NOT NULL,
  rejected_at timestamptz NOT NULL DEFAULT now(),
  run_id uuid NOT NULL,
  PRIMARY KEY (source_key, record_index)
);

COMMENT ON TABLE :"rejects" IS 'Dead letters: a row per record that was read and could not be loaded';
COMMENT ON COLUMN :"rejects".source_key IS 'Key of the object in the raw bucket';
COMMENT ON COLUMN :"rejects".record_index IS 'Index of the record in its object, from 0';
COMMENT ON COLUMN :"rejects".start_bytes IS 'Where the record begins in the (inflated) object';
COMMENT ON COLUMN :"rejects".end_bytes IS 'Where it ends, exclusive';
COMMENT ON COLUMN :"rejects".last_modified IS 'When the object was written';
COMMENT ON COLUMN :"rejects".etag IS 'Which version of the object it was';
COMMENT ON COLUMN :"rejects".code IS 'Why, as a name to group by';
COMMENT ON COLUMN :"rejects".detail IS 'Why, as a sentence';
COMMENT ON COLUMN :"rejects".raw IS 'The record’s bytes, at most 64 KiB of them';
COMMENT ON COLUMN :"rejects".rejected_at IS 'When it was rejected last';
COMMENT ON COLUMN :"rejects".run_id IS 'The run that rejected it last';
