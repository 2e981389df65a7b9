import { expect, expectTypeOf, test } from 'vitest';
import { column, isColumnName, required, type Row } from './column.ts';

test('a column’s name needs no quotes and fits Postgres’ 63 bytes', () => {
  for (const name of ['margin', '_a1', 'a'.repeat(63), 'constructor']) expect(isColumnName(name)).toBe(true);
  for (const name of ['', 'Margin', '1a', 'a-b', 'a b', 'a"', 'größe', 'a'.repeat(64), 'a\n', 'ctid']) {
    expect(isColumnName(name)).toBe(false);
  }
});

test('a row has a property per column, null only where the column may be', () => {
  const columns = { id: required(column.uuid('The event')), price: column.numeric(), tags: column.textArray() };
  expectTypeOf<Row<typeof columns>>().toEqualTypeOf<{
    id: string;
    price: number | string | null;
    tags: readonly string[] | null;
  }>();
  expect(columns.id).toEqual({ type: 'uuid', nullable: false, comment: 'The event' });
  expect(columns.price).toEqual({ type: 'numeric', nullable: true, comment: '' });
});
