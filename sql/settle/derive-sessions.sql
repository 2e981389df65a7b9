-- Gives the events without a client session their session ids, for the visitors and times that marks name.
-- Marks that touch or lie within the timeout of each other become one stretch.
CREATE TEMPORARY TABLE clickstream_stretches ON COMMIT DROP AS
WITH spans AS (
  SELECT visitor_id, min(from_at) AS from_at, max(to_at) AS to_at
  FROM clickstream_taken
  WHERE session_id IS NULL
  GROUP BY visitor_id
)
SELECT row_number() OVER () AS stretch, visitor_id, from_at, to_at
FROM (
  -- Nearly all: no two marks can be further apart. The others are put in order.
  SELECT visitor_id, from_at, to_at FROM spans WHERE to_at <= :timeout + from_at
  UNION ALL
  SELECT visitor_id, min(from_at), max(to_at)
  FROM (
    SELECT visitor_id, from_at, to_at,
      count(*) FILTER (WHERE apart) OVER (PARTITION BY visitor_id ORDER BY from_at, to_at ROWS UNBOUNDED PRECEDING) AS part
    FROM (
      SELECT visitor_id, from_at, to_at,
        from_at > :timeout + max(to_at) OVER (
          PARTITION BY visitor_id ORDER BY from_at, to_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS apart
      FROM clickstream_taken
      WHERE session_id IS NULL AND visitor_id IN (SELECT visitor_id FROM spans WHERE to_at > :timeout + from_at)
    ) AS ordered
  ) AS parted
  GROUP BY visitor_id, part
) AS stretches;

ANALYZE clickstream_stretches;

-- Each stretch is extended to both sides until a gap longer than the timeout, in steps of up to the timeout: what lies
-- beyond belongs to other sessions whatever changed here.
CREATE TEMPORARY TABLE clickstream_reaches ON COMMIT DROP AS
WITH RECURSIVE back AS (
  SELECT stretch, visitor_id, from_at AS place FROM clickstream_stretches
  UNION ALL
  SELECT b.stretch, b.visitor_id, e.event_timestamp
  FROM back AS b
  CROSS JOIN LATERAL (
    SELECT event_timestamp FROM :"events" AS e
    WHERE e.session_derived AND e.visitor_id = b.visitor_id
      AND e.event_timestamp < b.place AND e.event_timestamp >= b.place - :timeout
    ORDER BY e.event_timestamp LIMIT 1
  ) AS e
), ahead AS (
  SELECT stretch, visitor_id, to_at AS place FROM clickstream_stretches
  UNION ALL
  SELECT a.stretch, a.visitor_id, e.event_timestamp
  FROM ahead AS a
  CROSS JOIN LATERAL (
    SELECT event_timestamp FROM :"events" AS e
    WHERE e.session_derived AND e.visitor_id = a.visitor_id
      AND e.event_timestamp > a.place AND e.event_timestamp <= a.place + :timeout
    ORDER BY e.event_timestamp DESC LIMIT 1
  ) AS e
)
SELECT row_number() OVER () AS reach, visitor_id, from_at, max(to_at) AS to_at
FROM (SELECT stretch, visitor_id, min(place) AS from_at FROM back GROUP BY stretch, visitor_id) AS b
JOIN (SELECT stretch, max(place) AS to_at FROM ahead GROUP BY stretch) AS a USING (stretch)
-- Two stretches that met reach back to the same place.
GROUP BY visitor_id, from_at;

ANALYZE clickstream_reaches;

-- A reach has whole sessions: what is before and after it is further away than the timeout.
CREATE TEMPORARY TABLE clickstream_placed ON COMMIT DROP AS
SELECT event_id, visitor_id, event_timestamp, stored_id,
  :session_prefix || first_value(event_id) OVER (
    PARTITION BY reach, session_no ORDER BY event_timestamp, event_id
  ) AS session_id
FROM (
  SELECT reach, event_id, visitor_id, event_timestamp, stored_id,
    count(*) FILTER (WHERE opens) OVER (
      PARTITION BY reach ORDER BY event_timestamp, event_id ROWS UNBOUNDED PRECEDING
    ) AS session_no
  FROM (
    SELECT r.reach, e.event_id, r.visitor_id, e.event_timestamp, e.session_id AS stored_id, :opens AS opens
    FROM clickstream_reaches AS r
    CROSS JOIN LATERAL (
      SELECT event_id, event_timestamp, session_id FROM :"events" AS e
      WHERE e.session_derived AND e.visitor_id = r.visitor_id
        AND e.event_timestamp BETWEEN r.from_at AND r.to_at
      -- Keeps this a walk along the index; flattened, the planner may join against the whole table.
      OFFSET 0
    ) AS e
    WINDOW visit AS (PARTITION BY r.reach ORDER BY e.event_timestamp, e.event_id)
  ) AS found
) AS numbered;

ANALYZE clickstream_placed (event_id, visitor_id);

UPDATE :"events" AS e
SET session_id = p.session_id
FROM clickstream_placed AS p
-- Whether the two differ, said so that the planner expects few: nearly all have the right id already.
WHERE nullif(p.session_id, p.stored_id) = p.session_id
  -- An event that was replaced since has marks of its own, for the next settling.
  AND e.event_id = p.event_id AND e.session_derived
  AND e.visitor_id = p.visitor_id AND e.event_timestamp = p.event_timestamp;
