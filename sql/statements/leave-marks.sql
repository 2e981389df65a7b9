-- The end of a statement that changes events and calls what it did "changed": events is 1 for a row as it is now and -1
-- for one as it was. Marks go to settling for every session, order and quarter of an hour that an event came to or left.
marked AS (
  INSERT INTO :"marks" (visitor_id, session_id, from_at, to_at)
  SELECT coalesce(visitor_id, ''), CASE WHEN NOT session_derived THEN session_id END, min(event_timestamp),
    max(event_timestamp)
  FROM changed
  WHERE session_id IS NOT NULL
  GROUP BY visitor_id, session_id, session_derived
  UNION ALL
  -- A derived session that an event has left may have no other that would tell its name.
  SELECT visitor_id, session_id, event_timestamp, event_timestamp FROM changed WHERE events < 0 AND session_derived
), marked_orders AS (
  INSERT INTO :"orderMarks" (order_id)
  SELECT DISTINCT order_id FROM changed WHERE order_id IS NOT NULL
), marked_activity AS (
  INSERT INTO :"activityMarks" (quarter, event_name, events)
  SELECT date_bin('15 min', event_timestamp, 'epoch'), left(event_name, 128), sum(events)
  FROM changed
  GROUP BY 1, 2
  HAVING sum(events) <> 0
)
