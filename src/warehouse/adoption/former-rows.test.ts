import { describe, expect, it } from 'vitest';
import { FormerRows } from './former-rows.ts';

const read = (columns: Record<string, string>, ...texts: (string | null)[]) =>
  new FormerRows(new Map(Object.entries(columns))).eventOf(texts);

describe('a row from before as the event that a tracker would have sent', () => {
  it('has its product under the names of the tracker, from columns with either beginning', () => {
    const { event } = read(
      { context_product_id: 'text', product_price: 'bigint', product_url_path: 'text', product_stars: 'integer' },
      'p1',
      '9007199254740993',
      null,
      '5',
    );
    expect(event).toEqual({ product: { id: 'p1', price: '9007199254740993' }, product_stars: 5 });
  });

  it('keeps the second of two columns for one thing beside it', () => {
    const { event } = read({ product_id: 'text', context_product_id: 'text' }, 'b', 'a');
    expect(event).toEqual({ product: { id: 'a' }, product_id: 'b' });
  });

  it('keeps what a column called product held', () => {
    const { event } = read({ product: 'jsonb', product_id: 'text' }, '{"id":1}', 'p');
    expect(event).toEqual({ product: { id: 'p' }, product_before_adoption: { id: 1 } });
  });

  it('has numbers as numbers only where that loses nothing', () => {
    const types = { a: 'integer', b: 'bigint', c: 'numeric', d: 'numeric', e: 'double precision', f: 'text' };
    const { event } = read(types, '7', '9007199254740993', '1.50', 'NaN', '0.1', '7');
    expect(event).toEqual({ a: 7, b: '9007199254740993', c: '1.50', d: 'NaN', e: 0.1, f: '7' });
  });

  it('was received when its own column says, and otherwise nobody knows when', () => {
    expect(read({ received_at: 'timestamp' }, '2025-12-06 05:00:00')).toEqual({
      event: {},
      received_ms: Date.parse('2025-12-06T05:00:00Z'),
    });
    expect(read({ received_at: 'timestamp' }, null).received_ms).toBeNull();
    expect(read({ received_at: 'text' }, 'soon')).toEqual({ event: { received_at: 'soon' }, received_ms: null });
  });

  it('has the keys of a column called properties as its own, unless that would hide another column', () => {
    expect(read({ properties: 'jsonb', a: 'text' }, '{"b":2}', '1').event).toEqual({ a: '1', b: 2 });
    expect(read({ properties: 'jsonb', a: 'text' }, '{"a":2}', '1').event).toEqual({ properties: { a: 2 }, a: '1' });
    expect(read({ properties: 'jsonb' }, '{"user_id":2}').event).toEqual({ properties: { user_id: 2 } });
    expect(read({ properties: 'jsonb' }, '[1]').event).toEqual({ properties: [1] });
  });
});

it('names the columns that a table of events cannot do without', () => {
  expect(new FormerRows(new Map([['event_name', 'text']])).missing).toEqual(['event_timestamp']);
});
