-- What each hour was read from, object by object, so that an audit can name what the bucket has and the warehouse has
-- not. One row per batch that ended objects, written in its transaction; a new pass over the unit begins with none.
CREATE TABLE :"manifests" (
  unit text COLLATE "C" NOT NULL,
  pass integer NOT NULL,
  commit_no bigint NOT NULL,
  first_key text COLLATE "C" NOT NULL,
  last_key text COLLATE "C" NOT NULL,
  objects integer NOT NULL,
  hashes bytea NOT NULL,
  PRIMARY KEY (unit, pass, commit_no),
  CHECK (octet_length(hashes) = 12 * objects)
);

-- Hashes do not compress; trying costs more than writing them.
ALTER TABLE :"manifests" ALTER COLUMN hashes SET STORAGE EXTERNAL;

COMMENT ON TABLE :"manifests" IS 'What each hour was read from: a row per batch that ended objects';
COMMENT ON COLUMN :"manifests".unit IS 'The hour’s prefix, or the key range of it, as in the checkpoints';
COMMENT ON COLUMN :"manifests".commit_no IS 'The commit that ended the objects, as the checkpoint counts them';
COMMENT ON COLUMN :"manifests".hashes IS '12 bytes for each object, in key order: 6 of a hash of its key, 6 of one of its ETag and size';
