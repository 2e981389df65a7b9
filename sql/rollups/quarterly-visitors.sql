-- Visitors by when they were first seen and what brought them, with their funnel over all of their sessions.
SELECT date_bin('15 min', first_seen, 'epoch'),
  left(coalesce(first_source, ''), 128), left(coalesce(first_medium, ''), 64), left(coalesce(first_campaign, ''), 128), left(coalesce(first_channel, ''), 64),
  sum(sign),
  sum(sign) FILTER (WHERE sessions > 1),
  sum(sign * orders),
  sum(sign) FILTER (WHERE funnel_step >= 1),
  sum(sign) FILTER (WHERE funnel_step >= 2),
  sum(sign) FILTER (WHERE funnel_step >= 3),
  sum(sign) FILTER (WHERE funnel_step >= 4),
  sum(sign * (extract(epoch FROM cart_at - view_at) * 1000)::bigint),
  sum(sign * (extract(epoch FROM checkout_at - cart_at) * 1000)::bigint),
  sum(sign * (extract(epoch FROM order_at - checkout_at) * 1000)::bigint)
FROM :changes
GROUP BY 1, 2, 3, 4, 5
