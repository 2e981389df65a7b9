-- Decides every staged row against the warehouse: of two records of one event the one received first stays, then the
-- one with the lower hash. The same record again changes nothing, or brings the row up to date when the transforms have
-- changed since. Run until `decided` is `staged`: a row that another run committed meanwhile is decided in the next
-- turn. Marks go to settling for every place that a visitor's event without a client session came to or left.
WITH compared AS MATERIALIZED (
  SELECT s.event_id, e.place, e.visitor_id, e.event_timestamp, e.session_derived,
    CASE
      WHEN e.place IS NULL THEN 'insert'
      WHEN (s.received_at, s.record_hash) < (e.received_at, e.record_hash) THEN 'replace'
      WHEN (s.received_at, s.record_hash) > (e.received_at, e.record_hash) THEN 'keep'
      WHEN ROW(:staged_values) IS DISTINCT FROM ROW(:stored_values) THEN 'replace'
      ELSE 'keep'
    END AS fate
  FROM clickstream_staging AS s
  -- One probe of the key per row: with a plain join the planner may read the whole table.
  LEFT JOIN LATERAL (SELECT e.ctid AS place, e.* FROM :"events" AS e WHERE e.event_id = s.event_id LIMIT 1) AS e ON true
), replaced AS (
  UPDATE :"events" AS e
  SET :assignments,
      -- The place in the visitor's time has not changed, so the settled session stays right.
      session_id = CASE
        WHEN s.session_derived AND e.session_derived
          AND s.visitor_id = e.visitor_id AND s.event_timestamp = e.event_timestamp
        THEN e.session_id ELSE s.session_id END
  FROM compared AS c
  JOIN clickstream_staging AS s ON s.event_id = c.event_id
  -- ctid: a row that changed since it was compared is left for the next turn.
  WHERE c.fate = 'replace' AND e.event_id = c.event_id AND e.ctid = c.place
  RETURNING e.event_id, e.visitor_id, e.event_timestamp, e.session_derived,
    c.visitor_id AS old_visitor_id, c.event_timestamp AS old_timestamp, c.session_derived AS old_derived
), inserted AS (
  INSERT INTO :"events" (:columns)
  SELECT :staged_columns
  FROM clickstream_staging AS s
  JOIN compared AS c ON c.event_id = s.event_id
  WHERE c.fate = 'insert'
  ORDER BY s.event_id
  ON CONFLICT (event_id) DO NOTHING
  RETURNING event_id, visitor_id, event_timestamp, session_derived, session_id
), marked AS (
  INSERT INTO :"marks" (visitor_id, from_at, to_at)
  SELECT visitor_id, min(event_timestamp), max(event_timestamp) FROM inserted WHERE session_derived GROUP BY visitor_id, session_id
  UNION ALL
  SELECT visitor_id, event_timestamp, event_timestamp FROM replaced WHERE session_derived
  UNION ALL
  SELECT old_visitor_id, old_timestamp, old_timestamp FROM replaced WHERE old_derived
)
SELECT
  (SELECT count(*) FROM compared)::integer AS staged,
  (SELECT count(*) FROM inserted)::integer AS inserted,
  ((SELECT count(*) FROM compared WHERE fate = 'keep') + (SELECT count(*) FROM replaced)
    + (SELECT count(*) FROM inserted))::integer AS decided
