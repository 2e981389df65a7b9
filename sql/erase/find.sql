-- The events of some users ($1) and clients ($2). No load brings any more: their tombstones are laid.
INSERT INTO clickstream_erased_events
SELECT event_id FROM :"events" WHERE user_id = ANY ($1::text[]) OR client_id = ANY ($2::text[])
