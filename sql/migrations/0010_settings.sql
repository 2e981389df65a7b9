-- What the whole warehouse is settled by: one row, written by the first run that settles, changed by `clickstream rebuild`
-- only. A run with other settings stops, since half a warehouse by one rule and half by another is right by neither.
CREATE TABLE :"settings" (
  is_set boolean PRIMARY KEY DEFAULT true CHECK (is_set),
  session_timeout interval NOT NULL,
  cut_at_midnight boolean NOT NULL,
  reporting_time_zone text NOT NULL
);

COMMENT ON TABLE :"settings" IS 'What the warehouse is settled by; one row, from the first run on';
COMMENT ON COLUMN :"settings".is_set IS 'Always true: there is one row';
COMMENT ON COLUMN :"settings".session_timeout IS 'Inactivity after which a visitor’s next event without a client session starts another one';
COMMENT ON COLUMN :"settings".cut_at_midnight IS 'Whether such sessions also end at midnight of the reporting time zone';
COMMENT ON COLUMN :"settings".reporting_time_zone IS 'The time zone whose days the views show';
