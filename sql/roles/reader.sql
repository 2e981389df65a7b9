-- What a dashboard shows and `clickstream status` looks at. The first statement names every table and view, those too
-- that nothing is granted on; a test sees to it.
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
FROM :"reader";

GRANT SELECT ON :"events" TO :"reader";
-- Dead letters hold requests as they came, addresses and user agents included. How many there are, of which kind and
-- when, is all that a reader sees of them.
GRANT SELECT (code, rejected_at) ON :"rejects" TO :"reader";
GRANT SELECT ON :"runs" TO :"reader";
GRANT SELECT ON :"checkpoints" TO :"reader";
GRANT SELECT ON :"marks" TO :"reader";
GRANT SELECT ON :"manifests" TO :"reader";
GRANT SELECT ON :"settings", :"steps", :"orderMarks", :"activityMarks" TO :"reader";
GRANT SELECT ON :"sessions", :"orders", :"visitors", :"quarterlyActivity", :"quarterlySessions",
  :"quarterlyProducts", :"quarterlyCategories", :"quarterlyOrders", :"quarterlyOrderLines",
  :"quarterlyJourneys", :"quarterlyPages", :"quarterlyVisitors", :"quarterlyAcquisition",
  :"dailyVisitors", :"weeklyCohorts",
  :"eventsByDay", :"sessionsByDay", :"productsByDay", :"categoriesByDay", :"journeysByDay", :"pagesByDay",
  :"ordersByDay", :"orderLinesByDay", :"visitorsByDay", :"acquisitionByDay", :"sessionStarts"
TO :"reader";
-- A view asks with the rights of whoever asks it; what it reads is granted above.
GRANT SELECT ON :"days", :"dailySessions", :"funnel", :"categoryFunnel", :"visitorFunnel", :"journeys", :"pages",
  :"productEngagement", :"sessionProducts", :"activity", :"activityByHour", :"activityHeatmap", :"eventCounts",
  :"retention", :"acquisition", :"attribution", :"revenue", :"revenueByProduct", :"revenueByCategory",
  :"revenueByCampaign", :"orderLines"
TO :"reader";
GRANT SELECT ON :"clientUsers", :"identityOverrides", :"clientPeople", :"sessionPeople", :"people", :"dailyPeople",
  :"adoption"
TO :"reader";
-- Not the tombstones: with the salt they would tell whether somebody was erased.
GRANT SELECT ON :"erasures" TO :"reader";
