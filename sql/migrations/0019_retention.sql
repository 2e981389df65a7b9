-- The border before which events are not kept. Sessions and orders that ended more than a day before it are closed: their
-- events are deleted, and nothing works them out anew.
ALTER TABLE :"settings" ADD COLUMN events_kept_from timestamptz;

COMMENT ON COLUMN :"settings".events_kept_from IS
  'Records of events before this are dropped; null keeps all. Moved forward by clickstream prune, and never back';
