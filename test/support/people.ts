/** What of an event the people are made from. */
export interface PersonEvent {
  readonly event_id: string;
  readonly client_id: string | null;
  readonly user_id: string | null;
  readonly visitor_id: string | null;
  readonly session_id: string | null;
  readonly at_ms: number;
  readonly traffic_source: string | null;
  readonly traffic_channel: string | null;
  /** Of the order that the event stands for, if there is one. */
  readonly currency: string | null;
  readonly net: number | null;
}

export interface Override {
  readonly client_id: string;
  readonly person: string | null;
}

export interface ClientUser {
  readonly client_id: string;
  readonly user_id: string;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly events: number;
  readonly sessions: number;
}

export interface Person {
  readonly person: string;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly clients: number;
  readonly sessions: number;
  readonly events: number;
  readonly orders: number;
  readonly revenue: Readonly<Record<string, number>> | null;
  readonly first_source: string | null;
  readonly last_source: string | null;
}

interface Session {
  readonly visitor_id: string;
  readonly session_id: string;
  readonly person: string | null;
  readonly events: readonly PersonEvent[];
  readonly touch: PersonEvent | undefined;
}

/** Which users were seen on which clients, by the definition, in order. */
export function clientUsersOf(events: readonly PersonEvent[]): ClientUser[] {
  const pairs = groupBy(
    events.filter(({ client_id, user_id }) => client_id !== null && user_id !== null),
    ({ client_id, user_id }) => JSON.stringify([client_id, user_id]),
  );
  return [...pairs.values()]
    .map((seen) => ({
      client_id: seen[0]!.client_id!,
      user_id: seen[0]!.user_id!,
      first_ms: Math.min(...seen.map(({ at_ms }) => at_ms)),
      last_ms: Math.max(...seen.map(({ at_ms }) => at_ms)),
      events: seen.length,
      sessions: new Set(seen.map(({ session_id }) => session_id)).size,
    }))
    .sort((a, b) => compare(a.client_id, b.client_id) || compare(a.user_id, b.user_id));
}

/** Whose each session is, and what that makes of the people and of the days (UTC): the rule as a person would say it. */
export function peopleOf(events: readonly PersonEvent[], overrides: readonly Override[]) {
  const usersOf = new Map<string, Set<string>>();
  for (const { client_id, user_id } of events) {
    if (client_id === null || user_id === null) continue;
    usersOf.set(client_id, (usersOf.get(client_id) ?? new Set()).add(user_id));
  }
  function ownerOf(client: string): string | null {
    const override = overrides.find(({ client_id }) => client_id === client);
    if (override) return override.person;
    const users = [...(usersOf.get(client) ?? [])];
    return users.length === 1 ? `u:${users[0]!}` : null;
  }
  const sessions = [
    ...groupBy(
      events.filter(({ session_id }) => session_id !== null),
      ({ visitor_id, session_id }) => JSON.stringify([visitor_id, session_id]),
    ).values(),
  ]
    .map((unordered): Session => {
      const own = unordered.toSorted((a, b) => a.at_ms - b.at_ms || compare(a.event_id, b.event_id));
      const { client_id, visitor_id, session_id } = own[0]!;
      const user = own.findLast(({ user_id }) => user_id !== null)?.user_id;
      let person: string | null;
      if (client_id !== null) person = ownerOf(client_id) ?? (user == null ? `c:${client_id}` : `u:${user}`);
      else person = user == null ? null : `u:${user}`;
      const touch = own.find(({ traffic_channel }) => traffic_channel !== null);
      return { visitor_id: visitor_id ?? '', session_id: session_id!, person, events: own, touch };
    })
    .sort((a, b) => compare(a.visitor_id, b.visitor_id) || compare(a.session_id, b.session_id));

  const known = sessions.filter(({ person }) => person !== null);
  const byPerson = groupBy(known, ({ person }) => person!);
  const people = [...byPerson]
    .map(([person, own]) => personOf(person, own))
    .sort((a, b) => compare(a.person, b.person));

  const firstDay = new Map([...byPerson].map(([person, own]) => [person, own.map(dayOf).sort()[0]!]));
  const days = [...groupBy(known, dayOf)]
    .sort(([a], [b]) => compare(a, b))
    .map(([day, own]) => {
      const came = [...new Set(own.map(({ person }) => person!))];
      const fresh = came.filter((person) => firstDay.get(person) === day).length;
      return { day, people: came.length, new_people: fresh, returning_people: came.length - fresh };
    });
  return {
    sessions: sessions.map(({ visitor_id, session_id, person }) => ({ visitor_id, session_id, person })),
    people,
    days,
  };
}

function personOf(person: string, unordered: readonly Session[]): Person {
  const sessions = unordered.toSorted(
    (a, b) =>
      a.events[0]!.at_ms - b.events[0]!.at_ms ||
      compare(a.visitor_id, b.visitor_id) ||
      compare(a.session_id, b.session_id),
  );
  const events = sessions.flatMap((session) => session.events);
  const orders = events.filter(({ net }) => net !== null);
  const revenue: Record<string, number> = {};
  for (const { currency, net } of orders) revenue[currency!] = (revenue[currency!] ?? 0) + net!;
  return {
    person,
    first_ms: Math.min(...events.map(({ at_ms }) => at_ms)),
    last_ms: Math.max(...events.map(({ at_ms }) => at_ms)),
    clients: new Set(events.map(({ client_id }) => client_id).filter((client) => client !== null)).size,
    sessions: sessions.length,
    events: events.length,
    orders: orders.length,
    revenue: orders.length === 0 ? null : revenue,
    first_source: sessions[0]!.touch?.traffic_source ?? null,
    last_source: sessions.findLast(({ touch }) => touch !== undefined)?.touch?.traffic_source ?? null,
  };
}

function dayOf({ events }: Session): string {
  return new Date(events[0]!.at_ms).toISOString().slice(0, 10);
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group) group.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
