-- What sessions did with a product, by when they started: how often, and how many of them came how far with it.
SELECT date_bin('15 min', started_at, 'epoch'), product_id, coalesce(category, ''), coalesce(brand, ''),
  sum(sign),
  sum(sign * views),
  sum(sign * carts),
  sum(sign) FILTER (WHERE step >= 1),
  sum(sign) FILTER (WHERE step >= 2),
  sum(sign) FILTER (WHERE step >= 3),
  sum(sign) FILTER (WHERE step >= 4),
  sum(sign * list_price),
  sum(sign * price),
  sum(sign * priced)
FROM :changes
GROUP BY 1, 2, 3, 4
