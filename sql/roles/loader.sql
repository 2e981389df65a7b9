-- What the ETL does, table by table, and nothing else: no DDL, no TRUNCATE, and no event can be deleted. The first
-- statement names every table and view, those too that nothing is granted on; a test sees to it.
REVOKE ALL ON :"events", :"rejects", :"runs", :"checkpoints", :"marks", :"manifests", :"migrations", :"sessions",
  :"orderMarks", :"activityMarks", :"settings", :"steps", :"orders", :"visitors", :"quarterlyActivity",
  :"quarterlySessions", :"quarterlyProducts", :"quarterlyCategories", :"quarterlyOrders",
  :"quarterlyOrderLines", :"quarterlyJourneys", :"quarterlyPages", :"quarterlyVisitors",
  :"quarterlyAcquisition", :"dailyVisitors", :"weeklyCohorts",
  :"eventsByDay", :"sessionsByDay", :"productsByDay", :"categoriesByDay", :"journeysByDay", :"pagesByDay",
  :"ordersByDay", :"orderLinesByDay", :"visitorsByDay", :"acquisitionByDay", :"sessionStarts",
  :"days", :"dailySessions", :"funnel", :"categoryFunnel", :"visitorFunnel", :"journeys", :"pages",
  :"productEngagement", :"sessionProducts", :"activity", :"activityByHour", :"activityHeatmap", :"eventCounts",
  :"retention", :"acquisition", :"attribution", :"revenue", :"revenueByProduct", :"revenueByCategory",
  :"revenueByCampaign", :"orderLines",
  :"clientUsers", :"identityOverrides", :"clientPeople", :"sessionPeople", :"people", :"dailyPeople", :"adoption",
  :"tombstones", :"salt", :"erasures"
FROM :"loader";

GRANT SELECT, INSERT, UPDATE ON :"events" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"rejects" TO :"loader";
GRANT SELECT, INSERT, UPDATE ON :"runs" TO :"loader";
GRANT SELECT, INSERT, UPDATE ON :"checkpoints" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"marks" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"manifests" TO :"loader";
GRANT SELECT, INSERT, DELETE ON :"orderMarks", :"activityMarks" TO :"loader";
GRANT SELECT, INSERT ON :"settings" TO :"loader";
GRANT SELECT ON :"steps" TO :"loader";

-- What settling works out from the events: rows anew, sums by adding.
GRANT SELECT, INSERT, DELETE ON :"sessions", :"visitors" TO :"loader";
GRANT SELECT, INSERT, UPDATE, DELETE ON :"orders" TO :"loader";
GRANT SELECT, INSERT, UPDATE, DELETE ON :"quarterlyActivity", :"quarterlySessions", :"quarterlyProducts",
  :"quarterlyCategories", :"quarterlyOrders", :"quarterlyOrderLines", :"quarterlyJourneys", :"quarterlyPages",
  :"quarterlyVisitors", :"quarterlyAcquisition", :"dailyVisitors", :"weeklyCohorts",
  :"eventsByDay", :"sessionsByDay", :"productsByDay", :"categoriesByDay", :"journeysByDay", :"pagesByDay",
  :"ordersByDay", :"orderLinesByDay", :"visitorsByDay", :"acquisitionByDay", :"sessionStarts"
TO :"loader";
-- Who is who by hand is not the loader's affair, and settling does not ask.
GRANT SELECT, INSERT, DELETE ON :"clientUsers" TO :"loader";
-- Whom not to let in.
GRANT SELECT ON :"tombstones" TO :"loader";
GRANT SELECT ON :"salt" TO :"loader";
GRANT SELECT ON :"erasures" TO :"loader";
