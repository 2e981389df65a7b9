-- Visitors by the week in which they first came and the weeks in which they came again. Weeks begin on Monday.
SELECT date_trunc('week', days[1]::timestamp)::date, w.week,
  sum(sign)
FROM :changes
CROSS JOIN LATERAL (SELECT DISTINCT date_trunc('week', day::timestamp)::date AS week FROM unnest(days) AS day) AS w
GROUP BY 1, 2
