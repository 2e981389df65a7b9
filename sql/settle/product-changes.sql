(
  SELECT 1 AS sign, started_at, p.*
  FROM clickstream_new_sessions CROSS JOIN unnest(product_rows) AS p
  UNION ALL
  SELECT -1, started_at, p.*
  FROM clickstream_old_sessions
  CROSS JOIN jsonb_to_recordset(products) AS p (
    product_id text, category text, brand text, views integer, carts integer, step integer,
    list_price numeric, price numeric, priced integer
  )
) AS c
