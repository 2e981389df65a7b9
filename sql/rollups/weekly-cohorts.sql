-- Visitors by the week in which they first came and the weeks in which they came again. Weeks begin on Monday.
SELECT date_trunc('week', days[1]::timestamp)::date, w.week,
  sum(sign)
FROM (
  -- Many came on the same days, most on one.
  SELECT days, sum(sign)::integer AS sign FROM :changes GROUP BY days
) AS c
CROSS JOIN LATERAL (SELECT DISTINCT date_trunc('week', day::timestamp)::date AS week FROM unnest(days) AS day) AS w
GROUP BY 1, 2
