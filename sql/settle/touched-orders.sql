-- Which sessions changed, as far as marks and derived sessions tell, and which orders: those that events speak of, and
-- those of these sessions, whose session may have another name now.
CREATE TEMPORARY TABLE clickstream_changed_sessions ON COMMIT DROP AS
SELECT visitor_id, session_id, min(from_at) AS from_at, max(to_at) AS to_at
FROM (
  SELECT visitor_id, session_id, from_at, to_at FROM clickstream_taken WHERE session_id IS NOT NULL
  UNION ALL
  SELECT visitor_id, session_id, event_timestamp, event_timestamp FROM clickstream_placed
  UNION ALL
  SELECT visitor_id, stored_id, event_timestamp, event_timestamp FROM clickstream_placed
  WHERE stored_id IS DISTINCT FROM session_id
) AS changed
GROUP BY visitor_id, session_id;

INSERT INTO clickstream_touched_orders
SELECT o.order_id
FROM clickstream_changed_sessions AS c
JOIN :"orders" AS o ON o.visitor_id = c.visitor_id AND o.session_id = c.session_id
ON CONFLICT DO NOTHING;

-- A closed order stays as it is: its events may be gone.
DELETE FROM clickstream_touched_orders AS t
USING (
  SELECT o.order_id
  FROM clickstream_touched_orders AS t
  CROSS JOIN LATERAL (
    SELECT order_id FROM :"orders" AS o WHERE o.order_id = t.order_id AND o.ordered_at < :closed_before OFFSET 0
  ) AS o
  WHERE :closed_before IS NOT NULL
) AS closed
WHERE t.order_id = closed.order_id AND NOT EXISTS (SELECT FROM clickstream_lifted_orders AS l WHERE l.order_id = t.order_id);

ANALYZE clickstream_touched_orders;

CREATE TEMPORARY TABLE clickstream_old_orders (LIKE :"orders") ON COMMIT DROP;

WITH gone AS (
  DELETE FROM :"orders" AS o USING clickstream_touched_orders AS t WHERE o.order_id = t.order_id RETURNING o.*
)
INSERT INTO clickstream_old_orders SELECT * FROM gone;

CREATE TEMPORARY TABLE clickstream_order_events ON COMMIT DROP AS
SELECT e.*
FROM clickstream_touched_orders AS t
CROSS JOIN LATERAL (
  SELECT :order_event_columns FROM :"events" AS e WHERE e.order_id = t.order_id
  OFFSET 0
) AS e;

CREATE INDEX ON clickstream_order_events (order_id);
ANALYZE clickstream_order_events (order_id);
