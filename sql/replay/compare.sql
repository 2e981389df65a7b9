-- What becomes of every event that was loaded into the shadow, or that the warehouse has of a record that was read. An
-- event of the warehouse is of such a record by its time of receipt and its hash: objects that are gone from the bucket
-- take nothing with them. `hour` is where the record was read; `anew` says that the warehouse's row has to go first, since its
-- record would win and is no event any more; `matters` that sessions or orders may change.
WITH read AS MATERIALIZED (
  SELECT received_at, record_hash, min(hour) AS hour FROM :read GROUP BY received_at, record_hash
), paired AS (
  SELECT s.event_id, r.hour, e.event_id AS found, of_read.hour IS NOT NULL AS is_read,
    (s.received_at, s.record_hash) > (e.received_at, e.record_hash) AS is_later,
    ROW(:staged_values) IS DISTINCT FROM ROW(:stored_values) AS differs,
    ROW(:shadow_facts) IS DISTINCT FROM ROW(:stored_facts) AS matters
  FROM :"shadow_events" AS s
  JOIN read AS r ON r.received_at = s.received_at AND r.record_hash = s.record_hash
  LEFT JOIN :"events" AS e ON e.event_id = s.event_id
  LEFT JOIN read AS of_read ON of_read.received_at = e.received_at AND of_read.record_hash = e.record_hash
)
INSERT INTO :compared (event_id, hour, fate, anew, matters)
SELECT event_id, hour,
  CASE
    WHEN found IS NULL THEN 'insert'
    -- Another hour has the record that was received first.
    WHEN is_later AND NOT is_read THEN 'keep'
    WHEN differs THEN 'replace'
    ELSE 'keep'
  END,
  coalesce(is_later AND is_read, false),
  found IS NULL OR matters
FROM paired
UNION ALL
SELECT e.event_id, r.hour, 'remove', true, true
FROM :"events" AS e
JOIN read AS r ON r.received_at = e.received_at AND r.record_hash = e.record_hash
WHERE NOT EXISTS (SELECT FROM :"shadow_events" AS s WHERE s.event_id = e.event_id)
  -- What is older than events are kept was not let into the shadow; what is left of it belongs to sessions that go on.
  AND e.event_timestamp >= coalesce((SELECT events_kept_from FROM :"settings"), '-infinity');

ANALYZE :compared;
