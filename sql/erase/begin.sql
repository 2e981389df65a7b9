-- What is to go, gathered before the lock on settling is taken: finding it reads the whole table.
CREATE TEMPORARY TABLE clickstream_erased (kind text NOT NULL, id text NOT NULL) ON COMMIT DROP;
CREATE TEMPORARY TABLE clickstream_erased_events (event_id uuid PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE clickstream_lifted_sessions (LIKE :"sessions" INCLUDING INDEXES) ON COMMIT DROP;
CREATE TEMPORARY TABLE clickstream_lifted_orders (LIKE :"orders" INCLUDING INDEXES) ON COMMIT DROP;
