-- The tombstones laid after number $1, with the salt that they were made with.
SELECT t.hash, s.salt FROM :"tombstones" AS t CROSS JOIN :"salt" AS s WHERE t.no > $1
