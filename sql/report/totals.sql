-- The warehouse in a few figures, as its views have them.
SELECT
  (SELECT coalesce(sum(events), 0)::integer FROM :"eventCounts") AS events,
  (SELECT count(*)::integer FROM :"rejects") AS rejects,
  (SELECT coalesce(sum(visitors), 0)::integer FROM :"visitorFunnel") AS visitors,
  (SELECT coalesce(sum(sessions), 0)::integer FROM :"dailySessions") AS sessions,
  (SELECT coalesce(sum(orders), 0)::integer FROM :"revenue") AS orders,
  (SELECT coalesce(jsonb_object_agg(currency, cents), '{}') FROM (
    SELECT currency, round(sum(gross) * 100)::bigint AS cents FROM :"revenue" GROUP BY currency) AS r) AS revenue_cents
