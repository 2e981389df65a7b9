-- What sessions did with a product, by when they started: how often, and how many of them came how far with it.
SELECT date_bin('15 min', started_at, 'epoch'), p.product_id, coalesce(p.category, ''), coalesce(p.brand, ''),
  sum(sign),
  sum(sign * p.views),
  sum(sign * p.carts),
  sum(sign) FILTER (WHERE p.step >= 1),
  sum(sign) FILTER (WHERE p.step >= 2),
  sum(sign) FILTER (WHERE p.step >= 3),
  sum(sign) FILTER (WHERE p.step >= 4),
  sum(sign * p.list_price),
  sum(sign * p.price),
  sum(sign * p.priced)
FROM :changes
CROSS JOIN jsonb_to_recordset(products) AS p (
  product_id text, category text, brand text, views integer, carts integer, step integer,
  list_price numeric, price numeric, priced integer
)
WHERE products IS NOT NULL
GROUP BY 1, 2, 3, 4
