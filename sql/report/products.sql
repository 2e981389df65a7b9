SELECT product_id, min(product_name) AS name,
  count(*) FILTER (WHERE event_name = 'product_view')::integer AS views,
  count(*) FILTER (WHERE event_name = 'add_to_cart_click')::integer AS carts
FROM :"events"
WHERE product_id IS NOT NULL
GROUP BY product_id
ORDER BY views DESC, product_id COLLATE "C"
