-- What the ETL does, table by table, and nothing else: no DDL, no TRUNCATE, and no event can be deleted. The first
-- statement names every table and view, those too that nothing is granted on; a test sees to it.
REVOKE ALL ON :"events", :"rejects", :"runs", :"checkpoints", :"marks", :"manifests", :"migrations" FROM :"loader";

GRANT SELECT, INSERT, UPDATE ON :"events" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"rejects" TO :"loader";
GRANT SELECT, INSERT, UPDATE ON :"runs" TO :"loader";
GRANT SELECT, INSERT, UPDATE ON :"checkpoints" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"marks" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"manifests" TO :"loader";
