-- What a dashboard shows first, as far as a replay may change it.
SELECT (SELECT count(*) FROM :"events") AS events, s.*, o.*,
  (SELECT count(*) FROM :"visitors") AS visitors,
  (SELECT coalesce(jsonb_object_agg(currency, net), '{}')
   FROM (SELECT currency, trim_scale(sum(net))::text AS net FROM :"orders" GROUP BY currency) AS r) AS revenue
FROM (
  SELECT count(*) AS sessions, count(*) FILTER (WHERE page_views <= 1) AS bounces,
    count(*) FILTER (WHERE orders > 0) AS converted
  FROM :"sessions"
) AS s
CROSS JOIN (SELECT count(*) AS orders FROM :"orders") AS o
