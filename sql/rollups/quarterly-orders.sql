-- Orders by when they were made, with the channel of their session. Refunds and cancellations count where the order does.
SELECT date_bin('15 min', ordered_at, 'epoch'), currency,
  left(coalesce(traffic_source, ''), 128), left(coalesce(traffic_medium, ''), 64), left(coalesce(traffic_campaign, ''), 128), left(coalesce(traffic_channel, ''), 64),
  sum(sign),
  sum(sign) FILTER (WHERE cancelled_at IS NOT NULL),
  sum(sign * item_count::bigint),
  sum(sign * total),
  sum(sign * (total - net)),
  sum(sign * net)
FROM :changes
GROUP BY 1, 2, 3, 4, 5, 6
