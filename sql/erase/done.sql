-- What an erasure ($1) did; nothing when it has not been committed.
SELECT events::double precision, sessions::double precision, orders::double precision, visitors::double precision,
  rejects::double precision
FROM :"erasures" WHERE id = $1
