import type { TableKey } from '../../src/config/table-names.ts';
import type { DictionaryEntry } from './dictionary.ts';

/** A part of the page: what its tables and views have in common. */
interface Group {
  readonly title: string;
  readonly about: string;
  readonly keys: readonly TableKey[];
}

const INTRODUCTION = `# The warehouse

Every table, view and column, with its meaning. This page is made from the comments in the database by
\`npm run docs:warehouse\`; a test fails when the two differ. To change a text, change the comment in \`sql/migrations\` (of the
events: in the transform that adds the column) and run it again.

Names are those of the default \`TARGET_TABLE\`, \`clickstream_events\`; with \`shop_events\` they begin with \`shop_\`. Your own
columns are in \`clickstream_events\`; no view depends on them.

Where to begin: dashboards ask the **views**. Their columns stay what they are, and all of them but keys, averages and shares
can be summed up over days:

\`\`\`sql
SELECT channel, sum(sessions) AS sessions, sum(ordered) AS ordered, round(sum(ordered) / sum(sessions), 4) AS conversion
FROM clickstream_funnel
WHERE day >= current_date - 30
GROUP BY channel
ORDER BY sessions DESC;
\`\`\`

A *day* is one of \`REPORTING_TIME_ZONE\`. Amounts are never added up over currencies. All of it is settled from the events before
an hour counts as completed, and is always what \`clickstream rebuild\` would work out from the events. For questions that no view
answers there are the **rows** (a session, an order, a visitor, an event); the **rollups** are what the views read.`;

const GROUPS: readonly Group[] = [
  {
    title: 'Views: visits and funnels',
    about: 'How many came, how far, and where they left.',
    keys: ['dailySessions', 'funnel', 'categoryFunnel', 'visitorFunnel', 'journeys', 'pages'],
  },
  {
    title: 'Views: products',
    about: 'What was looked at, and what became of it.',
    keys: ['productEngagement', 'sessionProducts'],
  },
  {
    title: 'Views: orders and revenue',
    about:
      'One order is one order, however often its event came; refunds and cancellations count on the day of the order.',
    keys: ['revenue', 'revenueByProduct', 'revenueByCategory', 'revenueByCampaign', 'orderLines'],
  },
  {
    title: 'Views: where people come from, and whether they come back',
    about: 'What brought a session, and what brought a visitor for the first time.',
    keys: ['attribution', 'acquisition', 'retention', 'dailyVisitors'],
  },
  {
    title: 'Views: activity over time',
    about: 'Whatever happened, by when it happened.',
    keys: ['activity', 'activityByHour', 'activityHeatmap', 'eventCounts', 'days'],
  },
  {
    title: 'Rows',
    about: 'A row per event, session, order and visitor.',
    keys: ['events', 'sessions', 'orders', 'visitors'],
  },
  {
    title: 'Rollups by day',
    about: 'Sums by the day of the reporting time zone, which the views read.',
    keys: [
      'sessionsByDay',
      'categoriesByDay',
      'productsByDay',
      'journeysByDay',
      'pagesByDay',
      'ordersByDay',
      'orderLinesByDay',
      'visitorsByDay',
      'acquisitionByDay',
      'eventsByDay',
      'weeklyCohorts',
    ],
  },
  {
    title: 'Rollups by quarter of an hour',
    about: 'The same sums at a grain that serves any time zone: a quarter of an hour begins a day in each.',
    keys: [
      'quarterlySessions',
      'quarterlyCategories',
      'quarterlyProducts',
      'quarterlyJourneys',
      'quarterlyPages',
      'quarterlyOrders',
      'quarterlyOrderLines',
      'quarterlyVisitors',
      'quarterlyAcquisition',
      'quarterlyActivity',
      'sessionStarts',
    ],
  },
];

/** Where everything goes that no group names: a new table is on the page without a change here. */
const OTHERS = {
  title: 'How it is run',
  about: 'What the warehouse is settled by, the ledger, dead letters, and what is still to be settled.',
};

/** The data dictionary as a page of Markdown. */
export function warehousePage(entries: readonly DictionaryEntry[]): string {
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  const grouped = new Set<string>(GROUPS.flatMap(({ keys }) => keys));
  const groups = [
    ...GROUPS.map(({ keys, ...group }) => ({ ...group, entries: keys.map((key) => byKey.get(key)!) })),
    { ...OTHERS, entries: entries.filter(({ key }) => !grouped.has(key)) },
  ];
  const parts = [INTRODUCTION];
  for (const { title, about, entries: members } of groups) {
    const questions = members.filter(({ question }) => question !== undefined);
    const list = questions.map(({ name, question }) => `- ${sentence(question!)} [${name}](#${name})`).join('\n');
    parts.push(`## ${title}\n\n${about}${list === '' ? '' : `\n\n${list}`}`, ...members.map(section));
  }
  return `${parts.join('\n\n')}\n`;
}

function section({ name, meaning, columns }: DictionaryEntry): string {
  const rows = columns.map((column) => `| ${column.name} | ${column.type} | ${cell(column.meaning)} |`);
  return [`### ${name}\n\n${meaning}.\n`, '| column | type | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
