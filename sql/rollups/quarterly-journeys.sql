-- Which ways sessions took: their first steps.
SELECT date_bin('15 min', started_at, 'epoch'), array_to_string(path, ' > '),
  sum(sign),
  sum(sign) FILTER (WHERE order_times IS NOT NULL)
FROM :changes
GROUP BY 1, 2
