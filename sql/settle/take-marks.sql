-- Takes the marks out, to be acted on in this transaction. One settling at a time (the caller holds the lock); a crash
-- leaves the marks.
CREATE TEMPORARY TABLE clickstream_taken (LIKE :"marks") ON COMMIT DROP;

-- One statement sees the same rows twice; giving them back from the deletion takes half as long again.
WITH gone AS (DELETE FROM :"marks" :which)
INSERT INTO clickstream_taken SELECT * FROM :"marks" :which;

CREATE TEMPORARY TABLE clickstream_touched_orders (order_id text COLLATE "C" PRIMARY KEY) ON COMMIT DROP;

WITH taken AS (DELETE FROM :"orderMarks" RETURNING order_id)
INSERT INTO clickstream_touched_orders SELECT DISTINCT order_id FROM taken;

CREATE TEMPORARY TABLE clickstream_taken_activity ON COMMIT DROP AS
SELECT quarter, event_name, events FROM :"activityMarks" WHERE false;

WITH taken AS (DELETE FROM :"activityMarks" RETURNING quarter, event_name, events)
INSERT INTO clickstream_taken_activity SELECT * FROM taken;

-- Closed rows that an erasure takes whole; it has made and filled these, and nothing else does.
CREATE TEMPORARY TABLE IF NOT EXISTS clickstream_lifted_sessions (LIKE :"sessions") ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS clickstream_lifted_orders (LIKE :"orders") ON COMMIT DROP;
