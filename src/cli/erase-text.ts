import type { Erased, EraseSurvey } from '../warehouse/erase.ts';
import { isoText, plural } from './text.ts';

/** What there is of somebody, in a few lines without an id. */
export function surveyText(survey: EraseSurvey): string {
  const { users, clients, events, sessions, orders, rejects, closedSessions, first, last } = survey;
  const whom = [users > 0 ? plural(users, 'user') : '', clients > 0 ? plural(clients, 'client') : ''];
  const named = whom.filter((part) => part !== '').join(' and ');
  if (isNothing(survey)) return `Nothing was found of ${named}.`;
  const time = first && last ? `, from ${isoText(first.getTime())!} to ${isoText(last.getTime())!}` : '';
  return [
    `Of ${named} there are`,
    `  ${plural(events, 'event')} in ${plural(sessions, 'session')}, about ${plural(orders, 'order')}${time}`,
    ...(closedSessions > 0 ? [`  ${plural(closedSessions, 'session')} whose events are not kept any more`] : []),
    `  ${plural(rejects, 'dead letter')}`,
  ].join('\n');
}

/** What an erasure took away. With `raw`, raw objects come next. */
export function erasedText({ events, sessions, orders, visitors, rejects }: Erased, raw: boolean): string {
  const gone = [
    plural(events, 'event'),
    plural(sessions, 'session'),
    plural(orders, 'order'),
    plural(visitors, 'visitor'),
    plural(rejects, 'dead letter'),
  ];
  return (
    `Erased: ${gone.slice(0, -1).join(', ')} and ${gone.at(-1)!}. Their records are dropped whenever they are read again.` +
    (raw
      ? ''
      : '\nThe raw objects in S3 still hold them, until a lifecycle rule deletes these, or --raw rewrites them.')
  );
}

/** Whether there is nothing to erase. */
export function isNothing({ events, rejects, closedSessions }: EraseSurvey): boolean {
  return events + rejects + closedSessions === 0;
}
