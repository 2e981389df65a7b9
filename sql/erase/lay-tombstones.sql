-- Lays tombstones ($1), numbered after those there are. The caller holds the lock on what is let in.
INSERT INTO :"tombstones" (hash, no)
SELECT hash, (SELECT coalesce(max(no), 0) FROM :"tombstones") + row_number() OVER ()
FROM unnest($1::bytea[]) AS new (hash)
WHERE NOT EXISTS (SELECT FROM :"tombstones" AS t WHERE t.hash = new.hash)
