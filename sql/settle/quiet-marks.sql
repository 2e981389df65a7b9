-- Of visitors who seem to be gone: what is marked of them all happened before a time. Whoever comes back after all is
-- marked again, and worked out again. (Not by NOT IN: of some million marks it is no hash table any more, and never ends.)
WHERE NOT EXISTS (
  SELECT FROM :"marks" AS later
  WHERE later.visitor_id = :"marks".visitor_id
    AND later.to_at >= current_setting('clickstream.quiet_before')::timestamptz
)
