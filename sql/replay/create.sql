-- What a replay keeps beside the tables that its run writes: which records it read, and what that would change.
CREATE TABLE :read (
  hour timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  record_hash bigint NOT NULL
);

CREATE TABLE :compared (
  event_id uuid PRIMARY KEY,
  hour timestamptz,
  fate text NOT NULL,
  anew boolean NOT NULL,
  matters boolean NOT NULL
);

-- The vocabulary is the warehouse's own.
TRUNCATE :"shadow_steps", :"trial_steps";
INSERT INTO :"shadow_steps" SELECT * FROM :"steps";
INSERT INTO :"trial_steps" SELECT * FROM :"steps";

-- Whoever was erased, and what is older than events are kept, is not let in here either.
TRUNCATE :"shadow_tombstones", :"shadow_salt";
INSERT INTO :"shadow_tombstones" SELECT * FROM :"tombstones";
INSERT INTO :"shadow_salt" SELECT * FROM :"salt";
INSERT INTO :"shadow_settings" SELECT * FROM :"settings";
