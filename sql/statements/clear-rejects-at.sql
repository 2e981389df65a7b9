-- What was rejected at single places: keys and indexes, pair by pair.
DELETE FROM :"rejects" AS r
USING unnest($1::text[], $2::integer[]) AS p (source_key, record_index)
WHERE r.source_key = p.source_key AND r.record_index = p.record_index
