-- Copies into the trial all events whose sessions, visitors and orders may come out otherwise: all of the visitors that an
-- event came to or left, those of their orders, and the sessions of nobody.
CREATE TEMPORARY TABLE clickstream_images ON COMMIT DROP AS
SELECT s.event_id, s.visitor_id, s.session_id, s.order_id
FROM :compared AS c
JOIN :"shadow_events" AS s ON s.event_id = c.event_id
WHERE c.fate IN ('insert', 'replace') AND c.matters
UNION ALL
SELECT e.event_id, e.visitor_id, e.session_id, e.order_id
FROM :compared AS c
JOIN :"events" AS e ON e.event_id = c.event_id
WHERE c.fate IN ('remove', 'replace') AND c.matters;

INSERT INTO clickstream_images
SELECT e.event_id, e.visitor_id, e.session_id, e.order_id
FROM :"events" AS e
WHERE e.order_id IN (SELECT order_id FROM clickstream_images WHERE order_id IS NOT NULL);

CREATE TEMPORARY TABLE clickstream_affected ON COMMIT DROP AS
SELECT e.event_id, e.order_id
FROM :"events" AS e
WHERE e.visitor_id IN (SELECT visitor_id FROM clickstream_images WHERE visitor_id IS NOT NULL)
  OR (e.visitor_id IS NULL AND e.session_id IN (
    SELECT session_id FROM clickstream_images WHERE visitor_id IS NULL AND session_id IS NOT NULL
  ))
  OR e.event_id IN (SELECT event_id FROM clickstream_images);

INSERT INTO :"trial_events" (:columns)
SELECT :stored_columns
FROM :"events" AS e
WHERE e.event_id IN (
  SELECT event_id FROM clickstream_affected
  UNION
  SELECT o.event_id FROM :"events" AS o
  WHERE o.order_id IN (SELECT order_id FROM clickstream_affected WHERE order_id IS NOT NULL)
);
