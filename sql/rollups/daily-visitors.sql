-- Visitors who came on a day, and those who came for the first time.
SELECT day,
  sum(sign),
  sum(sign) FILTER (WHERE day = days[1])
FROM (
  -- Many came on the same days, most on one.
  SELECT days, sum(sign)::integer AS sign FROM :changes GROUP BY days
) AS c
CROSS JOIN unnest(days) AS day
GROUP BY 1
