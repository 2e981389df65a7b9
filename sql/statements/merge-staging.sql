-- Decides every staged row against the warehouse: of two records of one event the one received first stays, then the
-- one with the lower hash. The same record again changes nothing, or brings the row up to date when the transforms have
-- changed since. Run until `decided` is `staged`: a row that another run committed meanwhile is decided in the next
-- turn.
WITH compared AS MATERIALIZED (
  SELECT s.event_id, e.place, e.visitor_id, e.session_id, e.session_derived, e.event_timestamp, e.event_name, e.order_id,
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
  RETURNING e.visitor_id, e.session_id, e.session_derived, e.event_timestamp, e.event_name, e.order_id,
    c.visitor_id AS old_visitor_id, c.session_id AS old_session_id, c.session_derived AS old_derived,
    c.event_timestamp AS old_timestamp, c.event_name AS old_name, c.order_id AS old_order_id
), inserted AS (
  INSERT INTO :"events" (:columns)
  SELECT :staged_columns
  FROM clickstream_staging AS s
  JOIN compared AS c ON c.event_id = s.event_id
  WHERE c.fate = 'insert'
  ORDER BY s.event_id
  ON CONFLICT (event_id) DO NOTHING
  RETURNING visitor_id, session_id, session_derived, event_timestamp, event_name, order_id
), changed AS (
  SELECT 1 AS events, * FROM inserted
  UNION ALL
  SELECT 1, visitor_id, session_id, session_derived, event_timestamp, event_name, order_id FROM replaced
  UNION ALL
  SELECT -1, old_visitor_id, old_session_id, old_derived, old_timestamp, old_name, old_order_id FROM replaced
), :leave_marks
SELECT
  (SELECT count(*) FROM compared)::integer AS staged,
  (SELECT count(*) FROM inserted)::integer AS inserted,
  ((SELECT count(*) FROM compared WHERE fate = 'keep') + (SELECT count(*) FROM replaced)
    + (SELECT count(*) FROM inserted))::integer AS decided
