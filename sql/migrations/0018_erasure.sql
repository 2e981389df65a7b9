-- Who was erased, so that no replay brings them back: hashes that tell nobody who it was. Loads read those that came since
-- they last looked, by their number.
CREATE TABLE :"tombstones" (
  hash bytea PRIMARY KEY CHECK (length(hash) = 16),
  no bigint NOT NULL UNIQUE,
  erased_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE :"tombstones" IS 'Users and clients that were erased: their records are dropped whenever they are read again';
COMMENT ON COLUMN :"tombstones".hash IS 'The first 16 bytes of SHA-256 of the salt, user or client, a zero byte, and the id';
COMMENT ON COLUMN :"tombstones".no IS 'In the order in which they were laid, from 1';
COMMENT ON COLUMN :"tombstones".erased_at IS 'When';

-- Without it, the hashes of all e-mail addresses there are would tell who was erased.
CREATE TABLE :"salt" (
  is_set boolean PRIMARY KEY DEFAULT true CHECK (is_set),
  salt bytea NOT NULL CHECK (length(salt) = 32)
);

COMMENT ON TABLE :"salt" IS 'The secret that tombstones are made with; one row, of this warehouse alone';
COMMENT ON COLUMN :"salt".is_set IS 'Always true: there is one row';
COMMENT ON COLUMN :"salt".salt IS 'Random; changed, it would make all tombstones void';

INSERT INTO :"salt" (salt) VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

CREATE TABLE :"erasures" (
  id uuid PRIMARY KEY,
  command text NOT NULL CHECK (command IN ('erase', 'prune')),
  done_at timestamptz NOT NULL DEFAULT now(),
  events bigint NOT NULL,
  sessions bigint NOT NULL,
  orders bigint NOT NULL,
  visitors bigint NOT NULL,
  rejects bigint NOT NULL
);

COMMENT ON TABLE :"erasures" IS 'What was deleted on purpose, and when: a row per command that did, without saying whose it was';
COMMENT ON COLUMN :"erasures".id IS 'Of the command’s run';
COMMENT ON COLUMN :"erasures".command IS 'erase: of persons; prune: of what is older than it may be kept';
COMMENT ON COLUMN :"erasures".done_at IS 'When';
COMMENT ON COLUMN :"erasures".events IS 'Events that were deleted';
COMMENT ON COLUMN :"erasures".sessions IS 'Rows of sessions that are gone';
COMMENT ON COLUMN :"erasures".orders IS 'Rows of orders that are gone';
COMMENT ON COLUMN :"erasures".visitors IS 'Rows of visitors that are gone';
COMMENT ON COLUMN :"erasures".rejects IS 'Dead letters that were deleted';
