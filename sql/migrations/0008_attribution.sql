-- Where visitors came from, as `attribute` declares it. IF NOT EXISTS, since a pipeline of one's own may have had such a
-- column before; one of another type is named at the start of a run.
ALTER TABLE :"events"
  ADD COLUMN IF NOT EXISTS traffic_source text,
  ADD COLUMN IF NOT EXISTS traffic_medium text,
  ADD COLUMN IF NOT EXISTS traffic_campaign text,
  ADD COLUMN IF NOT EXISTS traffic_channel text;
