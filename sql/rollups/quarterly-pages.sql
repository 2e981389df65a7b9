-- Where sessions began and ended.
SELECT date_bin('15 min', started_at, 'epoch'), left(p.page, 256),
  sum(sign),
  sum(sign * entry),
  sum(sign * (1 - entry)),
  sum(sign * entry) FILTER (WHERE page_views <= 1)
FROM :changes
CROSS JOIN LATERAL (VALUES (landing_page, 1), (exit_page, 0)) AS p (page, entry)
WHERE p.page IS NOT NULL
GROUP BY 1, 2
