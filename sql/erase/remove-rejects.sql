-- Dead letters of the person, by their places ($1, $2) and the runs that rejected them ($3): what another run has put there
-- since was asked about by that run.
DELETE FROM :"rejects" AS r
USING unnest($1::text[], $2::integer[], $3::uuid[]) AS p (source_key, record_index, run_id)
WHERE r.source_key = p.source_key AND r.record_index = p.record_index AND r.run_id = p.run_id
