-- How far sessions came with any product of a category and brand.
SELECT date_bin('15 min', started_at, 'epoch'), category, brand,
  sum(sign),
  sum(sign) FILTER (WHERE step >= 1),
  sum(sign) FILTER (WHERE step >= 2),
  sum(sign) FILTER (WHERE step >= 3),
  sum(sign) FILTER (WHERE step >= 4)
FROM (
  SELECT sign, started_at, coalesce(category, '') AS category, coalesce(brand, '') AS brand, max(step) AS step
  FROM :changes
  GROUP BY sign, visitor_id, session_id, started_at, 3, 4
) AS p
GROUP BY 1, 2, 3
