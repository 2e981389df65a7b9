-- Where the border would be, were it moved to a day ($1).
SELECT extract(epoch FROM greatest(events_kept_from, $1::date::timestamp AT TIME ZONE reporting_time_zone))::double precision
  * 1000 AS kept_from_ms
FROM :"settings"
