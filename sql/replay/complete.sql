-- The hours that a replay ($1) has read to their end and that are settled now, unless somebody has gone on with them.
UPDATE :"checkpoints" AS c
SET state = 'completed', completed_at = now(), updated_at = now()
FROM :"shadow_checkpoints" AS s
WHERE s.unit = c.unit AND s.state = 'completed' AND c.state = 'loaded' AND c.run_id = $1
