-- How many sessions took each step of the funnel, in order of time.
SELECT
  coalesce(sum(viewed), 0)::integer AS view,
  coalesce(sum(carted), 0)::integer AS cart,
  coalesce(sum(checked_out), 0)::integer AS checkout,
  coalesce(sum(ordered), 0)::integer AS "order"
FROM :"funnel"
