-- The sessions to be worked out anew, and their rows as they were. An order that moves changes the sessions on both sides.
CREATE TEMPORARY TABLE clickstream_touched ON COMMIT DROP AS
SELECT visitor_id, session_id, min(from_at) AS from_at, max(to_at) AS to_at
FROM (
  SELECT visitor_id, session_id, from_at, to_at FROM clickstream_changed_sessions
  UNION ALL
  SELECT visitor_id, session_id, ordered_at, ordered_at FROM clickstream_old_orders WHERE session_id IS NOT NULL
  UNION ALL
  SELECT visitor_id, session_id, ordered_at, ordered_at FROM clickstream_new_orders WHERE session_id IS NOT NULL
) AS touched
GROUP BY visitor_id, session_id
-- As their events lie in the table: read in this order, they are there already.
ORDER BY from_at;

-- A closed session stays as it is: its events may be gone.
DELETE FROM clickstream_touched AS t
USING (
  SELECT t.visitor_id, t.session_id
  FROM clickstream_touched AS t
  CROSS JOIN LATERAL (
    SELECT FROM :"sessions" AS s
    WHERE s.visitor_id = t.visitor_id AND s.session_id = t.session_id AND s.ended_at < :closed_before
    OFFSET 0
  ) AS s
  WHERE :closed_before IS NOT NULL
) AS closed
WHERE t.visitor_id = closed.visitor_id AND t.session_id = closed.session_id AND NOT EXISTS (
  SELECT FROM clickstream_lifted_sessions AS l WHERE l.visitor_id = t.visitor_id AND l.session_id = t.session_id
);

ANALYZE clickstream_touched;

CREATE TEMPORARY TABLE clickstream_old_sessions (LIKE :"sessions") ON COMMIT DROP;

WITH gone AS (
  DELETE FROM :"sessions" AS s USING clickstream_touched AS t
  WHERE s.visitor_id = t.visitor_id AND s.session_id = t.session_id
  RETURNING s.*
)
INSERT INTO clickstream_old_sessions SELECT * FROM gone;

-- What was there before lies between the old row's start and end; what changed, between the marks.
UPDATE clickstream_touched AS t
SET from_at = least(t.from_at, o.started_at), to_at = greatest(t.to_at, o.ended_at)
FROM clickstream_old_sessions AS o
WHERE o.visitor_id = t.visitor_id AND o.session_id = t.session_id;
