import { column, required } from '../pipeline/column.ts';
import { transform } from '../pipeline/transform.ts';
import { OpenSessions, type Sessionless } from './open-sessions.ts';
import { asText, firstOf, idTooLong } from './values.ts';

/**
 * Names the visitor and gives every event a session: the client's own, or one derived from the visitor's other events
 * without one. A derived session is named after its first event, as far as the run can know it; what events of other
 * runs change about that is settled in the warehouse, by the same rule.
 */
export const sessionize = transform({
  name: 'sessionize',
  needs: { event_id: required(column.uuid()), event_timestamp: required(column.timestamptz()) },
  adds: {
    user_id: column.text('The logged-in user, as the client sent it'),
    client_id: column.text('The browser or device, as the client sent it'),
    visitor_id: column.text('Who it was: c: and the client_id, else u: and the user_id, else null'),
    session_id: column.text('The client’s session; else auto- and the id of the derived session’s first event'),
    session_derived: required(column.boolean('Whether session_id was derived from the visitor’s events')),
  },
  open(rule) {
    const sessions = new OpenSessions(rule);
    return {
      batch(records, context) {
        const sessionless: Sessionless[] = [];
        for (const record of records) {
          const { event, row } = record;
          const user = firstOf(event['userId'], event['user_id']);
          const client = firstOf(event['clientId'], event['client_id']);
          const session = firstOf(event['sessionId'], event['session_id']);
          const tooLong = idTooLong('userId', user) ?? idTooLong('clientId', client) ?? idTooLong('sessionId', session);
          if (tooLong) {
            context.reject(record, 'id_too_long', tooLong);
            continue;
          }
          row.user_id = asText(user);
          row.client_id = asText(client);
          row.session_id = asText(session);
          row.visitor_id = visitorId(row.client_id, row.user_id);
          row.session_derived = row.session_id === null && row.visitor_id !== null;
          if (row.session_derived) sessionless.push(row as Sessionless);
        }
        sessions.assign(sessionless);
        return undefined;
      },
    };
  },
});

/** Clients and users have name spaces of their own: a client called `42` is not the user `42`. */
function visitorId(clientId: string | null, userId: string | null): string | null {
  if (clientId !== null) return `c:${clientId}`;
  return userId === null ? null : `u:${userId}`;
}
