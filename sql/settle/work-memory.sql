-- What sorting and grouping may use at once, for this transaction: with the 4 MB that a server has by itself, an hour of 100,000
-- events is sorted on disk. More than this where the server gives more.
SELECT set_config('work_mem', '32MB', true)
WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('32MB');
