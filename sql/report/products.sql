-- How often each product was viewed and added to the cart: in sessions, as the view has it, and by events of nobody, which
-- are in no session.
SELECT product_id, min(name) AS name, sum(views)::integer AS views, sum(carts)::integer AS carts
FROM (
  SELECT product_id, NULL AS name, views, carts FROM :"productEngagement" WHERE sessions > 0
  UNION ALL
  SELECT e.product_id, e.product_name,
    (e.session_id IS NULL AND s.step = 'view')::integer, (e.session_id IS NULL AND s.step = 'cart')::integer
  FROM :"events" AS e
  JOIN :"steps" AS s ON s.event_name = lower(e.event_name)
  WHERE e.product_id IS NOT NULL
) AS both_kinds
GROUP BY product_id
ORDER BY views DESC, product_id COLLATE "C"
