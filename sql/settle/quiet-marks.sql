-- Of visitors who seem to be gone: what is marked of them all happened before a time. Whoever comes back after all is
-- marked again, and worked out again.
WHERE visitor_id NOT IN (
  SELECT visitor_id FROM :"marks" WHERE to_at >= current_setting('clickstream.quiet_before')::timestamptz
)
