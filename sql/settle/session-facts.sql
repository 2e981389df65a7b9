-- What the events of each touched session come to; where they are found, and of which sessions, is for the caller to say. A
-- session at a time, along an index in order of time: all events at once would have to be kept, and sorted, twice.
SELECT t.visitor_id, t.session_id, f.*
FROM clickstream_touched AS t
CROSS JOIN LATERAL (
  -- Events come in order of time, so that an array's first is the earliest: ordering in each aggregate takes twice as long.
  SELECT bool_or(session_derived) AS derived, min(at) AS started_at, max(at) AS ended_at, count(*)::integer AS events,
    (count(*) FILTER (WHERE step IN ('home', 'category', 'search', 'page', 'view')))::integer AS page_views,
    (count(*) FILTER (WHERE step = 'view'))::integer AS product_views,
    (count(*) FILTER (WHERE step = 'cart'))::integer AS carts,
    array_agg(user_id) FILTER (WHERE user_id IS NOT NULL) AS users,
    array_agg(at) FILTER (WHERE user_id IS NOT NULL) AS user_times,
    array_agg(page_url) FILTER (WHERE page_url IS NOT NULL) AS pages,
    (array_agg(referrer) FILTER (WHERE referrer IS NOT NULL))[1] AS referrer,
    array_agg(ARRAY[traffic_source, traffic_medium, traffic_campaign, traffic_channel])
      FILTER (WHERE traffic_channel IS NOT NULL) AS touches,
    min(at) FILTER (WHERE step = 'view') AS view_at,
    array_agg(at) FILTER (WHERE step = 'cart') AS cart_times,
    array_agg(at) FILTER (WHERE step = 'checkout') AS checkout_times,
    array_agg(at) FILTER (WHERE step = 'order') AS order_times,
    array_agg(coalesce(step, left(event_name, 64))) AS labels,
    array_agg(ROW(product_id, product_category, product_brand, product_price, product_discount_price, step = 'view', at))
      FILTER (WHERE product_id IS NOT NULL AND step IN ('view', 'cart')) AS shown
  FROM (
    SELECT :session_event_columns, event_timestamp AS at,
      -- Looked up in one value: quicker than a join for each session.
      (SELECT jsonb_object_agg(event_name, step) FROM :"steps") ->> lower(e.event_name) AS step
    FROM :events_of_session
    ORDER BY event_timestamp, event_id
    -- Keeps this a walk along the index, and each step looked up once.
    OFFSET 0
  ) AS e
  HAVING count(*) > 0
) AS f
WHERE :of_sessions
