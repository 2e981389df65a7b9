-- Deletes the events that were found, with marks of all that they leave behind: settling takes them out of sessions, orders,
-- visitors and sums.
ANALYZE clickstream_erased;
ANALYZE clickstream_erased_events;

CREATE TEMPORARY TABLE clickstream_gone ON COMMIT DROP AS
SELECT visitor_id, session_id, session_derived, event_timestamp, event_name, order_id FROM :"events" WHERE false;

WITH gone AS (
  DELETE FROM :"events" AS e
  USING clickstream_erased_events AS f
  WHERE e.event_id = f.event_id
    -- It may be somebody else's record that stands for the event by now.
    AND EXISTS (
      SELECT FROM clickstream_erased AS x
      WHERE (x.kind = 'user' AND x.id = e.user_id) OR (x.kind = 'client' AND x.id = e.client_id)
    )
  RETURNING e.visitor_id, e.session_id, e.session_derived, e.event_timestamp, e.event_name, e.order_id
)
INSERT INTO clickstream_gone SELECT * FROM gone;

-- Rows that are kept without their events go whole: of all that the person's clients did, and of visits in which the
-- user was known last.
INSERT INTO clickstream_lifted_sessions
SELECT s.*
FROM :"sessions" AS s
WHERE s.ended_at < :closed_before
  AND (s.user_id IN (SELECT id FROM clickstream_erased WHERE kind = 'user')
    OR s.visitor_id IN (SELECT left(kind, 1) || ':' || id FROM clickstream_erased));

INSERT INTO clickstream_lifted_orders
SELECT o.*
FROM :"orders" AS o
WHERE o.ordered_at < :closed_before
  AND (o.user_id IN (SELECT id FROM clickstream_erased WHERE kind = 'user')
    OR o.visitor_id IN (SELECT left(kind, 1) || ':' || id FROM clickstream_erased));

WITH changed AS (
  SELECT -1 AS events, * FROM clickstream_gone
), :leave_marks
SELECT count(*) FROM changed;

INSERT INTO :"marks" (visitor_id, session_id, from_at, to_at)
SELECT visitor_id, session_id, started_at, ended_at FROM clickstream_lifted_sessions;

INSERT INTO :"orderMarks" (order_id)
SELECT order_id FROM clickstream_lifted_orders;

-- Who is who by hand.
DELETE FROM :"identityOverrides"
WHERE client_id IN (SELECT id FROM clickstream_erased WHERE kind = 'client')
  OR person IN (SELECT left(kind, 1) || ':' || id FROM clickstream_erased)
