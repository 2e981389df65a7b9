-- What is not let in: the number of the last tombstone, and the time before which events are not kept. Read after the
-- lock that its caller takes, so that what a commit goes by holds until its end.
SELECT (SELECT coalesce(max(no), 0) FROM :"tombstones")::double precision AS tombstones,
  (SELECT extract(epoch FROM events_kept_from) * 1000 FROM :"settings")::double precision AS kept_from_ms
