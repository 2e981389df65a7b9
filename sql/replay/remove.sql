-- Takes out the events whose record is none any more, and those that a record takes the place of which was received later.
WITH gone AS (
  DELETE FROM :"events" AS e
  USING :compared AS c
  WHERE c.event_id = e.event_id AND c.anew AND c.fate IN ('remove', 'replace') AND :applied
  RETURNING e.visitor_id, e.session_id, e.session_derived, e.event_timestamp, e.event_name, e.order_id
), changed AS (
  SELECT -1 AS events, * FROM gone
), :leave_marks
SELECT count(*) FROM gone
