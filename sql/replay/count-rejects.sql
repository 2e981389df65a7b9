-- Dead letters of the hours, as they are and as they would be.
SELECT
  (SELECT count(*) FROM :"rejects" AS r JOIN :"shadow_checkpoints" AS c
    ON r.source_key >= c.unit AND r.source_key < c.unit || U&'\+10FFFF') AS before,
  (SELECT count(*) FROM :"shadow_rejects") AS after
