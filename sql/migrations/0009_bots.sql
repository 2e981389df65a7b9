-- Whether an event is a shopper's, as `detectBots` declares it.
ALTER TABLE :"events"
  ADD COLUMN IF NOT EXISTS is_bot boolean;
