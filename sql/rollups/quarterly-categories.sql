-- How far sessions came with any product of a category and brand.
SELECT date_bin('15 min', started_at, 'epoch'), p.category, p.brand,
  sum(sign),
  sum(sign) FILTER (WHERE step >= 1),
  sum(sign) FILTER (WHERE step >= 2),
  sum(sign) FILTER (WHERE step >= 3),
  sum(sign) FILTER (WHERE step >= 4)
FROM :changes
CROSS JOIN LATERAL (
  SELECT coalesce(category, '') AS category, coalesce(brand, '') AS brand, max(step) AS step
  FROM (
    -- New rows have the one, old ones the other.
    SELECT category, brand, step FROM unnest(product_rows)
    UNION ALL
    SELECT category, brand, step FROM jsonb_to_recordset(products) AS p (category text, brand text, step integer)
  ) AS either
  GROUP BY 1, 2
) AS p
WHERE product_rows IS NOT NULL OR products IS NOT NULL
GROUP BY 1, 2, 3
