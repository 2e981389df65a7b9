import { RECORD_CASES } from './catalogue.ts';
import { eventText, idOf, plainRow, RECEIVED, type RecordCase, type Row } from './record-case.ts';

/** A record on its way: its text, and what it must come to. */
export interface Sent {
  readonly name: string;
  readonly text: string | Buffer;
  readonly row: Row | string;
  readonly posted: RecordCase['posted'];
}

/** The hostile records, each with a good one before it and behind it. */
function* records(): Generator<Sent> {
  let good = 0;
  yield goodRecord(good++);
  for (const [number, one] of RECORD_CASES.entries()) {
    const id = idOf(number);
    for (const text of one.texts(id)) yield { name: one.name, text, row: one.row(id), posted: one.posted };
    yield goodRecord(good++);
  }
}

/** A record of a shopper like any other. */
export function goodRecord(number: number): Sent {
  const name = `good ${number}`;
  const id = `600d0000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const product = { id: `sku-${number}`, name: 'Lamp "Ω" \\ \t', price: 19.9, color: 'röd' };
  const sent = { eventTimestamp: RECEIVED, clientId: `client-${number}`, sessionId: null, product };
  const row = plainRow(name, id, {
    client_id: `client-${number}`,
    visitor_id: `c:client-${number}`,
    session_id: `auto-${id}`,
    session_derived: true,
    product_id: `sku-${number}`,
    product_name: 'Lamp "Ω" \\ \t',
    product_price: '19.9',
    properties: { product: { color: 'röd' } },
  });
  return { name, text: eventText(name, id, sent), row, posted: 200 };
}

export const RECORDS: readonly Sent[] = [...records()];
/** Large records are no other in another format, and take their time. */
export const SMALL_RECORDS = RECORDS.filter(({ text }) => text.length < 1_000_000);
