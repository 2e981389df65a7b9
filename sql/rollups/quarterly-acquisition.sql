-- What visitors have paid, by when they were first seen and what brought them.
SELECT date_bin('15 min', first_seen, 'epoch'), r.currency,
  left(coalesce(first_source, ''), 128), left(coalesce(first_medium, ''), 64), left(coalesce(first_campaign, ''), 128), left(coalesce(first_channel, ''), 64),
  sum(sign),
  sum(sign * r.net::numeric)
FROM :changes
CROSS JOIN jsonb_each_text(revenue) AS r (currency, net)
WHERE revenue IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6
