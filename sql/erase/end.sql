-- Enters what an erasure ($1) did: events and rows that are gone, and $2 dead letters.
INSERT INTO :"erasures" (id, command, events, sessions, orders, visitors, rejects)
SELECT $1, 'erase', (SELECT count(*) FROM clickstream_gone),
  (SELECT count(*) FROM clickstream_old_sessions AS o WHERE NOT EXISTS (
    SELECT FROM clickstream_new_sessions AS n WHERE n.visitor_id = o.visitor_id AND n.session_id = o.session_id)),
  (SELECT count(*) FROM clickstream_old_orders AS o WHERE NOT EXISTS (
    SELECT FROM clickstream_new_orders AS n WHERE n.order_id = o.order_id)),
  (SELECT count(*) FROM clickstream_old_visitors AS o WHERE NOT EXISTS (
    SELECT FROM clickstream_new_visitors AS n WHERE n.visitor_id = o.visitor_id)),
  $2
