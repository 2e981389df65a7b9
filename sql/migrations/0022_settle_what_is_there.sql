-- Events from before there were sessions, orders and rollups count as changed: the next run settles them all.
INSERT INTO :"marks" (visitor_id, session_id, from_at, to_at)
SELECT coalesce(visitor_id, ''), CASE WHEN NOT session_derived THEN session_id END, min(event_timestamp), max(event_timestamp)
FROM :"events"
WHERE session_id IS NOT NULL
GROUP BY 1, 2;

INSERT INTO :"orderMarks" (order_id)
SELECT DISTINCT order_id FROM :"events" WHERE order_id IS NOT NULL;

INSERT INTO :"activityMarks" (quarter, event_name, events)
SELECT date_bin('15 min', event_timestamp, 'epoch'), left(event_name, 128), count(*)
FROM :"events"
GROUP BY 1, 2;
