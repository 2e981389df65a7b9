-- What earlier migrations left unsaid: docs/warehouse.md is made of these comments.
COMMENT ON TABLE :"events" IS 'A row per event, from whatever record of it was received first; all else is worked out from here';

COMMENT ON COLUMN :"runs".run_id IS 'The invocation';
COMMENT ON COLUMN :"runs".hour IS 'The hour, in UTC, that the run read';
COMMENT ON COLUMN :"runs".error_code IS 'Why it failed, as a name to group by';
COMMENT ON COLUMN :"runs".started_at IS 'When it began with the hour';
COMMENT ON COLUMN :"runs".ended_at IS 'When it was done with it; null while it runs, and when it died';
COMMENT ON COLUMN :"runs".duration_ms IS 'How long that took, in milliseconds';
COMMENT ON COLUMN :"runs".peak_rss_mb IS 'The most memory that its process had until then, in MiB';

COMMENT ON COLUMN :"checkpoints".unit IS 'The hour’s prefix, or the key range of it';
COMMENT ON COLUMN :"checkpoints".hour IS 'The hour, in UTC';
COMMENT ON COLUMN :"checkpoints".run_id IS 'The run that made the last commit';
COMMENT ON COLUMN :"checkpoints".last_key IS 'The last object read to its end';
COMMENT ON COLUMN :"checkpoints".objects IS 'How many were read to their end';
COMMENT ON COLUMN :"checkpoints".object_bytes IS 'Their sizes, summed up';
COMMENT ON COLUMN :"checkpoints".digest IS 'A chained hash of them, in order: tells whether a later listing still has the same';
COMMENT ON COLUMN :"checkpoints".position IS 'Where reading goes on within the object after last_key; null between two objects';
COMMENT ON COLUMN :"checkpoints".split IS 'Events that a transform made of others';
COMMENT ON COLUMN :"checkpoints".inserted IS 'New rows';
COMMENT ON COLUMN :"checkpoints".duplicates IS 'Records of events that another record stands for';
COMMENT ON COLUMN :"checkpoints".rejected IS 'Dead letters';
COMMENT ON COLUMN :"checkpoints".dropped IS 'Left out by a transform on purpose';
COMMENT ON COLUMN :"checkpoints".batches IS 'Transactions';
COMMENT ON COLUMN :"checkpoints".updated_at IS 'When the last commit was';
COMMENT ON COLUMN :"checkpoints".completed_at IS 'When the hour was completed: read and settled after it was over';
COMMENT ON COLUMN :"checkpoints".held_until IS 'Until when the holder has it to itself unless that is renewed';
COMMENT ON COLUMN :"checkpoints".holder_started IS 'When the holder’s connection began, since a process id may be another’s later';

COMMENT ON COLUMN :"manifests".pass IS 'Which pass over the hour, as the checkpoint counts them';
COMMENT ON COLUMN :"manifests".first_key IS 'The first object that ended in the batch';
COMMENT ON COLUMN :"manifests".last_key IS 'The last one';
COMMENT ON COLUMN :"manifests".objects IS 'How many ended in it';

COMMENT ON TABLE :"migrations" IS 'Which files of sql/migrations the warehouse has had';
COMMENT ON COLUMN :"migrations".name IS 'The file';
COMMENT ON COLUMN :"migrations".applied_at IS 'When it was applied';
