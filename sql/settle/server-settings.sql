-- What sorting and grouping may use at once, for this transaction: with the 4 MB that a server has by itself, an hour of 100,000
-- events is sorted on disk. More than this where the server gives more.
SELECT set_config('work_mem', '32MB', true)
WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes('32MB');

-- Walks along an index look dear to the planner, and what would be compiled for them runs for less time than compiling takes.
SELECT set_config('jit', 'off', true);

-- The tables made on the way are looked at for how many rows they have and how many of them are alike, not for which.
SELECT set_config('default_statistics_target', '10', true);
