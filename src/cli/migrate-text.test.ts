import picocolors from 'picocolors';
import { expect, it } from 'vitest';
import { migratedText } from './migrate-text.ts';

const plain = picocolors.createColors(false);

it('says of an adoption what became of every row', () => {
  const adopted = {
    former: '"old"',
    columns: { event_id: 'event_id', store: 'properties' },
    found: 1200,
    split: 2,
    adopted: 1100,
    duplicates: 1,
    keptAside: { no_time: 101 },
  };
  expect(migratedText({ applied: [], added: [], adopted }, false, 'events', plain).split('\n')).toEqual([
    'kept the former table as "old"',
    'adopted 1,100 of 1,200 rows, 2 events made of others among them, 1 duplicate, 101 kept aside (no_time)',
    '  store -> properties',
    'The warehouse of events is up to date now.',
  ]);
});
