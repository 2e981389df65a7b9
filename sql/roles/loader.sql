-- What the ETL does, table by table, and nothing else: no DDL, no TRUNCATE, and no event can be deleted. The first
-- statement names every table and view, those too that nothing is granted on; a test sees to it.
REVOKE ALL ON :"events", :"rejects", :"runs", :"checkpoints", :"marks", :"manifests", :"migrations", :"sessions",
  :"orderMarks", :"activityMarks", :"settings", :"steps", :"orders", :"visitors", :"quarterlyActivity",
  :"quarterlySessions", :"quarterlyProducts", :"quarterlyCategories", :"quarterlyOrders",
  :"quarterlyOrderLines", :"quarterlyJourneys", :"quarterlyPages", :"quarterlyVisitors",
  :"quarterlyAcquisition", :"dailyVisitors", :"weeklyCohorts", :"tombstones", :"salt", :"erasures"
FROM :"loader";

GRANT SELECT, INSERT, UPDATE ON :"events" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"rejects" TO :"loader";
GRANT SELECT, INSERT, UPDATE ON :"runs" TO :"loader";
GRANT SELECT, INSERT, UPDATE ON :"checkpoints" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"marks" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"manifests" TO :"loader";
-- What settling works out, row by row from the events.
GRANT SELECT, INSERT, UPDATE, DELETE ON :"sessions", :"orders", :"visitors", :"quarterlyActivity", :"quarterlySessions",
  :"quarterlyProducts", :"quarterlyCategories", :"quarterlyOrders", :"quarterlyOrderLines",
  :"quarterlyJourneys", :"quarterlyPages", :"quarterlyVisitors", :"quarterlyAcquisition",
  :"dailyVisitors", :"weeklyCohorts"
TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"orderMarks", :"activityMarks" TO :"loader";
GRANT SELECT, INSERT ON :"settings" TO :"loader";
GRANT SELECT ON :"steps" TO :"loader";
-- Whom not to let in.
GRANT SELECT ON :"tombstones" TO :"loader";
GRANT SELECT ON :"salt" TO :"loader";
GRANT SELECT ON :"erasures" TO :"loader";
