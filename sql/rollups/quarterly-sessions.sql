-- Sessions by when they started, who they were and where they came from, with the funnel in order of time.
SELECT date_bin('15 min', started_at, 'epoch'), logged_in,
  left(coalesce(traffic_source, ''), 128), left(coalesce(traffic_medium, ''), 64), left(coalesce(traffic_campaign, ''), 128), left(coalesce(traffic_channel, ''), 64),
  sum(sign),
  sum(sign) FILTER (WHERE page_views <= 1),
  sum(sign * events),
  sum(sign * page_views),
  sum(sign * (extract(epoch FROM ended_at - started_at) * 1000)::bigint),
  sum(sign) FILTER (WHERE funnel_step >= 1),
  sum(sign) FILTER (WHERE funnel_step >= 2),
  sum(sign) FILTER (WHERE funnel_step >= 3),
  sum(sign) FILTER (WHERE funnel_step >= 4),
  sum(sign * (extract(epoch FROM cart_at - view_at) * 1000)::bigint),
  sum(sign * (extract(epoch FROM checkout_at - cart_at) * 1000)::bigint),
  sum(sign * (extract(epoch FROM order_at - checkout_at) * 1000)::bigint)
FROM :changes
GROUP BY 1, 2, 3, 4, 5, 6
