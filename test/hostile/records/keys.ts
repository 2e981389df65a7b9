import { BY_PLACE, loaded, type RecordCase } from '../record-case.ts';

const KEPT = 'all else that the client sent is kept, under its own name';
const PLAIN = 'a key that objects inherit is a key like any other';

/** JSON members that no column holds. */
const kept = (name: string, members: string, rule = KEPT): RecordCase =>
  loaded(name, rule, members, { properties: members });

export const KEYS: readonly RecordCase[] = [
  kept('the key __proto__', '"__proto__":{"polluted":true,"userId":"evil","eventName":"evil"}', PLAIN),
  kept('the key __proto__ as text', '"__proto__":"x"', PLAIN),
  kept('the key __proto__ as null', '"__proto__":null', PLAIN),
  kept('the key __proto__ deep down', '"a":[{"__proto__":{"polluted":true}}]', PLAIN),
  loaded('the key __proto__ in an event without an id', PLAIN, '"eventId":null,"__proto__":{"eventId":"evil"}', {
    event_id: BY_PLACE,
    properties: '"__proto__":{"eventId":"evil"}',
  }),
  kept('the key constructor', '"constructor":{"prototype":{"polluted":true}}', PLAIN),
  kept('the key prototype', '"prototype":{"polluted":true}', PLAIN),
  kept(
    'the methods of all objects',
    '"toString":1,"valueOf":"x","hasOwnProperty":null,"isPrototypeOf":[],"toJSON":{"a":1}',
    PLAIN,
  ),
  kept('the old accessors of all objects', '"__defineGetter__":1,"__lookupSetter__":{"a":2}', PLAIN),
  kept('what makes a promise', '"then":"x","catch":1', PLAIN),
  kept('what makes an array', '"length":4294967295,"0":"a","1":"b"', PLAIN),
  loaded('the key __proto__ in the product', PLAIN, '"product":{"__proto__":{"id":"evil","price":1},"id":"p"}', {
    product_id: 'p',
    properties: '"product":{"__proto__":{"id":"evil","price":1}}',
  }),
  loaded(
    'the key __proto__ in the element',
    PLAIN,
    '"element":{"__proto__":{"dataset":{"total":9}},"dataset":{"__proto__":{"orderId":"evil"},"total":1}}',
    {
      order_total: '1',
      properties: '"element":{"__proto__":{"dataset":{"total":9}},"dataset":{"__proto__":{"orderId":"evil"}}}',
    },
  ),
  loaded(
    'the key __proto__ in _ingest',
    PLAIN,
    '"_ingest":{"__proto__":{"receivedAt":"1999-01-01T00:00:00Z"},' + '"receivedAt":"2025-12-06T05:30:00.000Z"}',
  ),
  kept('the empty key', '"":1,"a":{"":{"":[]}}'),
  kept('a key of blanks', '" ":1,"\\t":2,"\\n":3'),
  kept('a key of 10,000 characters', `"${'k'.repeat(10_000)}":"${'k'.repeat(10)}"`),
  kept('keys that are numbers', '"0":"a","-1":"b","1.5":"c","1e3":"d","4294967296":"e","NaN":1'),
  kept('keys that are SQL', '"\'; DROP TABLE x; --":1,"\\"":2,"$1":3,"a.b":4,"a->>\'b\'":5'),
  kept('keys that differ by how they are composed', '"\u00e9":1,"e\u0301":2'),
  kept('keys that differ by case from those known', '"EventName":"x","EVENTID":"y","userid":"z","PageURL":"q"'),
  kept(
    'keys of columns that the run decides itself',
    '"visitor_id":"c:x","session_derived":true,"received_at":1,"record_hash":2,"properties":{"a":1},"product_id":"p"',
  ),
  kept(
    'keys of all that a transform may be asked for',
    '"row":{},"event":{},"origin":{},"index":0,"piece":[],"fate":"dropped"',
  ),
  kept('null, false and empty values', '"a":null,"b":false,"c":"","d":{},"e":[],"f":0'),
  loaded('a key that comes twice', 'the last one counts, as in JSON.parse', '"referrer":"first","referrer":"last"', {
    referrer: 'last',
  }),
  loaded('a property that comes three times', 'the last one counts', '"x":1,"x":{"y":2},"x":3', {
    properties: { x: 3 },
  }),
  loaded('an id that comes twice', 'the last one counts', (id) => `"eventId":"first","eventId":"${id}"`),
  loaded(
    'a receipt that comes twice',
    'the last one counts',
    '"_ingest":{"receivedAt":"1999-01-01T00:00:00Z"},"_ingest":{"receivedAt":"2025-12-06T05:30:00.000Z"}',
  ),
  loaded(
    'all names in both spellings',
    'camelCase first; what it replaced is kept',
    { userId: 'a', user_id: 'b', pageUrl: 'c', page_url: 'd', event_name: 'e' },
    {
      user_id: 'a',
      visitor_id: 'u:a',
      identity_source: null,
      page_url: 'c',
      properties: { user_id: 'b', page_url: 'd', event_name: 'e' },
    },
  ),
  loaded(
    'snake_case only',
    'both spellings are read',
    '"eventName":null,"event_name":"view","client_id":"c","user_login_state":"guest","identity_source":"x",' +
      '"is_first_visit":true,"context_product":{"id":"p","brand_name":"b","discount_price":1,"url_path":"/p"},' +
      '"order_id":"o","order_total":2,"item_count":3',
    {
      event_name: 'view',
      client_id: 'c',
      visitor_id: 'c:c',
      user_login_state: 'guest',
      identity_source: 'x',
      is_first_visit: true,
      product_id: 'p',
      product_brand: 'b',
      product_discount_price: '1',
      product_url_path: '/p',
      order_id: 'o',
      order_total: '2',
      item_count: 3,
    },
  ),
  loaded('a name that is a number', 'text', '"eventName":42', { event_name: '42' }, { posted: 400 }),
  loaded(
    'a name that is an object',
    'none: unknown',
    '"eventName":{"en":"view"}',
    { event_name: 'unknown', properties: '"eventName":{"en":"view"}' },
    { posted: 400 },
  ),
  loaded(
    'a name that is an array',
    'none: unknown',
    '"eventName":["view"]',
    { event_name: 'unknown', properties: '"eventName":["view"]' },
    { posted: 400 },
  ),
  loaded('a name that is true', 'text', '"eventName":true', { event_name: 'true' }, { posted: 400 }),
  loaded('an empty name', 'none: unknown', '"eventName":""', { event_name: 'unknown' }, { posted: 400 }),
  loaded('null for a name', 'none: unknown', '"eventName":null', { event_name: 'unknown' }, { posted: 400 }),
  loaded('a name of blanks', 'text', '"eventName":" \\t\\u00a0 "', { event_name: ' \t\u00a0 ' }, { posted: 400 }),
  loaded(
    'a name of 100,000 characters',
    'text',
    { eventName: 'n'.repeat(100_000) },
    { event_name: 'n'.repeat(100_000) },
  ),
  ...['"x"', '7', 'true', '[{"id":"p"}]', '[]'].map((literal) =>
    loaded(`${literal} for a product`, 'no object is no product', `"product":${literal}`, {
      properties: `"product":${literal}`,
    }),
  ),
  loaded(
    'an array for a product, an object for context_product',
    'product or context_product',
    '"product":[1],"context_product":{"id":"p"}',
    {
      product_id: 'p',
      properties: '"product":[1]',
    },
  ),
  loaded(
    'objects and arrays in a product',
    'what is no text is null, and stays in properties',
    '"product":{"id":{},"name":[1],"category":["a","b"],"brand":{"name":"b"},"urlPath":["/"]}',
    { properties: '"product":{"id":{},"name":[1],"category":["a","b"],"brand":{"name":"b"},"urlPath":["/"]}' },
  ),
  ...['"x"', '[]', '{"dataset":"total"}', '{"dataset":[{"total":1}]}'].map((literal) =>
    loaded(`${literal} for an element`, 'no dataset gives no order', `"element":${literal}`, {
      properties: `"element":${literal}`,
    }),
  ),
  ...[
    ['"true"', true],
    ['"false"', false],
  ].map(([literal, value]) =>
    loaded(`${literal} for a first visit`, 'boolean', `"isFirstVisit":${literal}`, { is_first_visit: value }),
  ),
  ...['1', '0', '"TRUE"', '"yes"', '"t"', '"on"', '[true]', '{}'].map((literal) =>
    loaded(`${literal} for a first visit`, 'else null', `"isFirstVisit":${literal}`, {
      properties: `"isFirstVisit":${literal}`,
    }),
  ),
  loaded('a page that is no URL', 'no path is to be had', '"pageUrl":"javascript:alert(1)","product":{"id":"p"}', {
    page_url: 'javascript:alert(1)',
    product_id: 'p',
  }),
  loaded(
    'a page with a path that climbs',
    'the path of pageUrl, as it stands',
    '"pageUrl":"https://x/../../a?b#c","product":{"id":"p"}',
    {
      page_url: 'https://x/../../a?b#c',
      product_id: 'p',
      product_url_path: '/../../a',
    },
  ),
  loaded('a page on a host of its own making', 'the path of pageUrl', '"pageUrl":"//evil:99999","product":{"id":"p"}', {
    page_url: '//evil:99999',
    product_id: 'p',
    product_url_path: '/',
  }),
];
