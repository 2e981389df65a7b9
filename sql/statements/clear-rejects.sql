-- What an earlier run rejected in the range that a batch covers: (key, index) from the first place up to the second.
DELETE FROM :"rejects"
WHERE (source_key, record_index) >= ($1, $2::integer) AND (source_key, record_index) < ($3, $4::integer)
