-- Visitors who came on a day, and those who came for the first time.
SELECT day,
  sum(sign),
  sum(sign) FILTER (WHERE day = days[1])
FROM :changes
CROSS JOIN unnest(days) AS day
GROUP BY 1
