-- Enters what a pruning did.
INSERT INTO :"erasures" (id, command, events, sessions, orders, visitors, rejects)
VALUES (gen_random_uuid(), 'prune', $1, $2, $3, $4, $5)
