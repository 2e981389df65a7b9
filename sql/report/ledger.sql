-- What became of the records of each hour: the counts of the last pass over it.
SELECT hour, state, objects::integer, read::integer, inserted::integer, duplicates::integer, rejected::integer, dropped::integer
FROM :"checkpoints"
ORDER BY hour
