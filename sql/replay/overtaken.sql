-- Whether somebody was erased since the shadow was made: it may hold what must not come back.
SELECT (SELECT coalesce(max(no), 0) FROM :"tombstones") <> (SELECT coalesce(max(no), 0) FROM :"shadow_tombstones") AS overtaken
