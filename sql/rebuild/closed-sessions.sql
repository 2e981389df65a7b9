-- Visitors are worked out from all of their sessions: those with a closed one, or one that is no more, count as changed.
INSERT INTO clickstream_touched (no, visitor_id, session_id)
SELECT 0, visitor_id, session_id FROM clickstream_closed_sessions
UNION ALL
SELECT 0, visitor_id, session_id FROM clickstream_old_sessions;
