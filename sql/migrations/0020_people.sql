-- Which person a visitor is. Events keep what their client sent; who that was is looked up here, so that a user who is
-- seen on a device later, or an override taken away, changes the answer for all of its visits.
--
-- The rule: a client belongs to a user when that is the only user ever seen on it. A client with several users belongs
-- to none of them: its sessions with a known user are that user's (the one known last, should one session have two), and
-- the others stay the client's. A visitor without a client is the user. A row in identity_overrides goes before all that.
CREATE TABLE :"clientUsers" (
  client_id text COLLATE "C" NOT NULL,
  user_id text COLLATE "C" NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  events integer NOT NULL,
  sessions integer NOT NULL,
  PRIMARY KEY (client_id, user_id)
);

COMMENT ON TABLE :"clientUsers" IS 'Which users were seen on which clients. A client with one user is that user’s, with all of its sessions; one with several is shared, and nobody’s';
COMMENT ON COLUMN :"clientUsers".client_id IS 'The browser or device, as the client sent it';
COMMENT ON COLUMN :"clientUsers".user_id IS 'A user who was known on it';
COMMENT ON COLUMN :"clientUsers".first_at IS 'Time of the first event with both';
COMMENT ON COLUMN :"clientUsers".last_at IS 'Time of the last';
COMMENT ON COLUMN :"clientUsers".events IS 'How many events have both';
COMMENT ON COLUMN :"clientUsers".sessions IS 'In how many sessions these are';

CREATE TABLE :"identityOverrides" (
  client_id text COLLATE "C" PRIMARY KEY CHECK (client_id <> ''),
  person text COLLATE "C" CHECK (person ~ '^[uc]:.'),
  note text NOT NULL DEFAULT ''
);

COMMENT ON TABLE :"identityOverrides" IS 'What somebody knows better than the rule: filled by hand, taken at once, undone by deleting the row';
COMMENT ON COLUMN :"identityOverrides".client_id IS 'The client that it is about';
COMMENT ON COLUMN :"identityOverrides".person IS 'Whose all of its sessions are (u: and a user, or c: and another client); null: it is shared, whoever was seen on it';
COMMENT ON COLUMN :"identityOverrides".note IS 'Why';

CREATE VIEW :"clientPeople" AS
SELECT client_id,
  CASE WHEN o.client_id IS NOT NULL THEN o.person WHEN c.users = 1 THEN 'u:' || c.user_id END COLLATE "C" AS person,
  coalesce(c.users, 0) AS users,
  o.client_id IS NOT NULL AS overridden
FROM (SELECT client_id, count(*) AS users, min(user_id) AS user_id FROM :"clientUsers" GROUP BY client_id) AS c
FULL JOIN :"identityOverrides" AS o USING (client_id);

COMMENT ON VIEW :"clientPeople" IS 'Whose each client is, of those on which a user was ever known. For example: how many devices are shared?';
COMMENT ON COLUMN :"clientPeople".client_id IS 'The browser or device';
COMMENT ON COLUMN :"clientPeople".person IS 'Whose it is; null where it is shared';
COMMENT ON COLUMN :"clientPeople".users IS 'How many users were seen on it';
COMMENT ON COLUMN :"clientPeople".overridden IS 'Whether identity_overrides says so';

CREATE VIEW :"sessionPeople" AS
SELECT
  CASE
    WHEN s.visitor_id = '' THEN NULL
    WHEN s.visitor_id LIKE 'c:%' THEN coalesce(c.person, 'u:' || s.user_id, s.visitor_id)
    ELSE s.visitor_id
  END COLLATE "C" AS person,
  s.visitor_id, s.session_id, s.user_id, s.started_at, s.ended_at, s.events, s.orders, s.revenue,
  s.traffic_source, s.traffic_medium, s.traffic_campaign, s.traffic_channel
FROM :"sessions" AS s
LEFT JOIN :"clientPeople" AS c ON 'c:' || c.client_id = s.visitor_id;

COMMENT ON VIEW :"sessionPeople" IS 'The sessions with the person of each. For example: what did the person do on their other devices before they ordered?';
COMMENT ON COLUMN :"sessionPeople".person IS 'Who it was: u: and the user, else c: and the client; null where nobody is known';
COMMENT ON COLUMN :"sessionPeople".visitor_id IS 'The visitor, as in the events';
COMMENT ON COLUMN :"sessionPeople".session_id IS 'The session';
COMMENT ON COLUMN :"sessionPeople".user_id IS 'The user that was known last in it';
COMMENT ON COLUMN :"sessionPeople".started_at IS 'Time of its first event';
COMMENT ON COLUMN :"sessionPeople".ended_at IS 'Time of its last event';
COMMENT ON COLUMN :"sessionPeople".events IS 'How many events it has';
COMMENT ON COLUMN :"sessionPeople".orders IS 'How many orders were made in it';
COMMENT ON COLUMN :"sessionPeople".revenue IS 'What these came to, by currency';
COMMENT ON COLUMN :"sessionPeople".traffic_source IS 'Where the session came from; null is direct';
COMMENT ON COLUMN :"sessionPeople".traffic_medium IS 'Its medium';
COMMENT ON COLUMN :"sessionPeople".traffic_campaign IS 'Its campaign';
COMMENT ON COLUMN :"sessionPeople".traffic_channel IS 'Its channel';

CREATE VIEW :"people" AS
WITH visits AS MATERIALIZED (
  SELECT *, jsonb_build_array(traffic_source, traffic_medium, traffic_campaign, traffic_channel) AS touch
  FROM :"sessionPeople"
  WHERE person IS NOT NULL
), summed AS (
  SELECT person, min(started_at) AS first_seen, max(ended_at) AS last_seen,
    count(DISTINCT visitor_id) FILTER (WHERE visitor_id LIKE 'c:%') AS clients,
    count(*) AS sessions, sum(events) AS events, sum(orders) AS orders,
    (array_agg(touch ORDER BY started_at, visitor_id, session_id))[1] AS first_touch,
    (array_agg(touch ORDER BY started_at DESC, visitor_id DESC, session_id DESC)
      FILTER (WHERE traffic_channel IS NOT NULL))[1] AS last_touch
  FROM visits
  GROUP BY person
), earned AS (
  SELECT person, jsonb_object_agg(currency, net) AS revenue
  FROM (
    SELECT person, currency, trim_scale(sum(net::numeric)) AS net
    FROM visits CROSS JOIN jsonb_each_text(revenue) AS r (currency, net)
    GROUP BY person, currency
  ) AS sums
  GROUP BY person
)
SELECT person, first_seen, last_seen, clients, sessions, events, orders, revenue,
  first_touch ->> 0 AS first_source, first_touch ->> 1 AS first_medium, first_touch ->> 2 AS first_campaign,
  first_touch ->> 3 AS first_channel,
  last_touch ->> 0 AS last_source, last_touch ->> 1 AS last_medium, last_touch ->> 2 AS last_campaign,
  last_touch ->> 3 AS last_channel
FROM summed
LEFT JOIN earned USING (person);

COMMENT ON VIEW :"people" IS 'A row per person, over all of their clients. Reads all sessions: some seconds where there are millions. For example: what first brought the people who ordered more than once?';
COMMENT ON COLUMN :"people".person IS 'u: and the user, else c: and the client';
COMMENT ON COLUMN :"people".first_seen IS 'When their first session started, on whatever client';
COMMENT ON COLUMN :"people".last_seen IS 'When their last one ended';
COMMENT ON COLUMN :"people".clients IS 'On how many clients';
COMMENT ON COLUMN :"people".sessions IS 'How many sessions are theirs';
COMMENT ON COLUMN :"people".events IS 'How many events these have';
COMMENT ON COLUMN :"people".orders IS 'How many orders were made in them';
COMMENT ON COLUMN :"people".revenue IS 'What these came to, by currency, refunds and cancellations taken off';
COMMENT ON COLUMN :"people".first_source IS 'First touch: where the first session came from; null is direct';
COMMENT ON COLUMN :"people".first_medium IS 'First touch: medium';
COMMENT ON COLUMN :"people".first_campaign IS 'First touch: campaign';
COMMENT ON COLUMN :"people".first_channel IS 'First touch: channel';
COMMENT ON COLUMN :"people".last_source IS 'Last touch: where the last session that was not direct came from';
COMMENT ON COLUMN :"people".last_medium IS 'Last touch: medium';
COMMENT ON COLUMN :"people".last_campaign IS 'Last touch: campaign';
COMMENT ON COLUMN :"people".last_channel IS 'Last touch: channel';

CREATE VIEW :"dailyPeople" AS
SELECT day, count(*) AS people, count(*) FILTER (WHERE day = first_day) AS new_people,
  count(*) FILTER (WHERE day > first_day) AS returning_people
FROM (
  SELECT day, min(day) OVER (PARTITION BY person) AS first_day
  FROM (
    SELECT DISTINCT person, (started_at AT TIME ZONE reporting_time_zone)::date AS day
    FROM :"sessionPeople" CROSS JOIN :"settings"
    WHERE person IS NOT NULL
  ) AS days
) AS days
GROUP BY day;

COMMENT ON VIEW :"dailyPeople" IS 'People by day. Reads all sessions: some seconds where there are millions; daily_visitors counts clients at once. For example: of those who came today, how many had been here before on any device?';
COMMENT ON COLUMN :"dailyPeople".day IS 'The day, in the reporting time zone';
COMMENT ON COLUMN :"dailyPeople".people IS 'How many people had a session that started on it';
COMMENT ON COLUMN :"dailyPeople".new_people IS 'How many of them had their first one';
COMMENT ON COLUMN :"dailyPeople".returning_people IS 'How many of them had one on an earlier day';
