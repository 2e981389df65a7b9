-- The objects that a batch has read to their end.
INSERT INTO :"manifests" (unit, pass, commit_no, first_key, last_key, objects, hashes)
VALUES ($1, $2, $3, $4, $5, $6, $7)
