import { column, required } from '../pipeline/column.ts';
import type { JsonObject } from '../pipeline/record.ts';
import { transform } from '../pipeline/transform.ts';
import { leftovers } from './leftovers.ts';
import { asBoolean, asInteger, asNumeric, asObject, asText, firstOf, idTooLong } from './values.ts';

const NOTHING: JsonObject = {};

/**
 * Spreads an event over the columns of the warehouse. What no column holds goes to `properties`, under the name that the
 * client gave it, so that nothing a client sent is lost.
 */
export const flatten = transform({
  name: 'flatten',
  needs: {
    event_id: required(column.uuid()),
    event_timestamp: required(column.timestamptz()),
    user_id: column.text(),
    client_id: column.text(),
    session_id: column.text(),
    session_derived: required(column.boolean()),
  },
  adds: {
    event_name: required(column.text('What happened, as the client named it; unknown when it did not')),
    user_login_state: column.text('As the client sent it: guest, logged_in, ...'),
    identity_source: column.text(
      'Where the identity came from; anonymous when there is no user and the client says nothing',
    ),
    is_first_visit: column.boolean('Whether the client took it for its first visit'),
    product_id: column.text('The product that the event is about'),
    product_name: column.text('Its name at the time'),
    product_category: column.text('Its category at the time'),
    product_brand: column.text('Its brand at the time'),
    product_price: column.numeric('Its price at the time'),
    product_discount_price: column.numeric('Its discounted price at the time'),
    product_url_path: column.text('Path of its page; without one, of the page that an event about a product came from'),
    page_url: column.text('The page'),
    referrer: column.text('Where the visitor came from'),
    order_id: column.text('The order'),
    order_total: column.numeric('Its total, in the currency'),
    item_count: column.integer('How many items the order has'),
    currency: column.text('ISO 4217 code, as the client sent it'),
    properties: column.jsonb('All else that the client sent, and each value that a column could not hold as it was'),
  },
  each(record, context) {
    const { event, row } = record;
    const product = asObject(event['product']) ?? asObject(event['context_product']) ?? NOTHING;
    const dataset = asObject(asObject(event['element'])?.['dataset']) ?? NOTHING;
    const isOrder = dataset !== NOTHING;
    const orderId =
      asText(firstOf(event['orderId'], event['order_id'])) ??
      (isOrder ? asText(firstOf(dataset['orderId'], dataset['order_id'])) : null);
    const tooLong = idTooLong('orderId', orderId) ?? idTooLong('product.id', product['id']);
    if (tooLong) return context.reject(record, 'id_too_long', tooLong);

    row.event_name = asText(firstOf(event['eventName'], event['event_name'])) ?? 'unknown';
    row.user_login_state = asText(firstOf(event['userLoginState'], event['user_login_state']));
    row.identity_source =
      asText(firstOf(event['identitySource'], event['identity_source'])) ?? (row.user_id === null ? 'anonymous' : null);
    row.is_first_visit = asBoolean(firstOf(event['isFirstVisit'], event['is_first_visit']));
    row.page_url = asText(firstOf(event['pageUrl'], event['page_url']));
    row.referrer = asText(event['referrer']);

    if (product !== NOTHING) {
      row.product_id = asText(product['id']);
      row.product_name = asText(product['name']);
      row.product_category = asText(product['category']);
      row.product_brand = asText(firstOf(product['brand'], product['brandName'], product['brand_name']));
      row.product_price = asNumeric(product['price']);
      row.product_discount_price = asNumeric(firstOf(product['discountPrice'], product['discount_price']));
      row.product_url_path = asText(firstOf(product['urlPath'], product['url_path'])) ?? pathOf(row.page_url);
    }

    row.order_id = orderId;
    row.order_total = asNumeric(firstOf(event['orderTotal'], event['order_total'], event['total']));
    row.item_count = asInteger(firstOf(event['itemCount'], event['item_count']));
    row.currency = asText(event['currency']);
    if (isOrder) {
      row.order_total ??= asNumeric(firstOf(dataset['orderTotal'], dataset['order_total'], dataset['total']));
      row.item_count ??= asInteger(firstOf(dataset['itemCount'], dataset['item_count']));
      row.currency ??= asText(dataset['currency']);
    }

    row.properties = leftovers(event, row);
  },
});

/** The path of a URL, or of what is a path already; null when there is none to be had. */
function pathOf(url: string | null): string | null {
  if (url === null) return null;
  const match = /^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*(\/[^?#]*)?/i.exec(url);
  if (match) return match[1] ?? '/';
  return url.startsWith('/') ? (url.split(/[?#]/, 1)[0] ?? null) : null;
}
