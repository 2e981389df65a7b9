-- Moves the border to the beginning of a day ($1) of the reporting time zone, never back; gives where it is now.
UPDATE :"settings"
SET events_kept_from = greatest(events_kept_from, $1::date::timestamp AT TIME ZONE reporting_time_zone)
RETURNING extract(epoch FROM events_kept_from)::double precision * 1000 AS kept_from_ms
