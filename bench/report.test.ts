import { expect, it } from 'vitest';
import { report, summaryTable, type Reported } from './report.ts';
import { atLeast, atMost } from './row.ts';

const ROWS: readonly Reported[] = [
  {
    name: 'hour',
    title: 'an hour',
    limit: 'objects are small.',
    result: {
      checks: [
        atMost(1.8, { what: 'all indexes', values: [1.7, 1.9, 1.75] }),
        atLeast(6000, { what: 'objects', values: [4500], unit: 'per s', digits: 0 }),
      ],
      tables: [
        {
          title: 'sides',
          cells: [
            ['side', 's'],
            ['COPY | ready', '2.5'],
          ],
        },
      ],
      notes: ['A note.'],
    },
  },
  { name: 'listing', title: 'a listing', failure: 'S3 was not there' },
];

it('each check is shown beside its target, its spread, and whether it is met', () => {
  expect(
    summaryTable(ROWS)
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' ')),
  ).toEqual([
    '| what | target | median | least to greatest | |',
    '| -------------------- | ------------------: | ---------------: | ----------------: | -------------: |',
    '| an hour: all indexes | 1.80 or less | 1.75 | 1.70 to 1.90 | met |',
    '| … objects | 6,000 per s or more | 4,500 per s | | MISSED by 25 % |',
    '| a listing | | S3 was not there | | failed |',
  ]);
});

it('the report names the run, counts what is met, and has every table, note and command', () => {
  const run = {
    date: '2026-01-02',
    commit: 'abc1234',
    command: 'npm run bench',
    scale: 0.5,
    rounds: 3,
    machine: 'A machine',
    load: 2.345,
    settings: { autovacuum: 'off' },
  };
  const text = report(run, ROWS, 'results.svg');
  for (const part of [
    'Written by `npm run bench` on 2026-01-02 at abc1234',
    'A machine.',
    'Its load was 2.3 before the bench began.',
    'autovacuum off',
    'multiplied by 0.5',
    '1 of 2 targets are met.',
    '](results.svg)',
    '`npm run bench -- listing`',
    'It could not be measured: S3 was not there',
    'COPY \\| ready',
    'A note.',
    'Why it is missed: objects are small.',
  ]) {
    expect(text).toContain(part);
  }
});
