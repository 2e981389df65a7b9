-- What was ordered, line by line. What an order was refunded is taken off its lines in proportion.
SELECT date_bin('15 min', ordered_at, 'epoch'), currency, coalesce(product_id, ''), coalesce(category, ''), coalesce(brand, ''),
  sum(sign),
  sum(sign * quantity),
  sum(sign * amount),
  sum(sign * CASE WHEN total > 0 THEN round(amount * net / total, 6) ELSE 0 END)
FROM :changes
CROSS JOIN jsonb_to_recordset(lines) AS l (product_id text, category text, brand text, quantity bigint, amount numeric)
WHERE lines IS NOT NULL
GROUP BY 1, 2, 3, 4, 5
