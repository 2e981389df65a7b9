import { isIPv4 } from 'node:net';

/**
 * A database in MaxMind's format for tests: an IPv6 tree with records of 24 bits, and whatever JSON its networks have.
 * The format is described at https://maxmind.github.io/MaxMind-DB/.
 */
export function mmdb(networks: Readonly<Record<string, unknown>>): Buffer {
  const nodes: [left: Leaf | number, right: Leaf | number][] = [[null, null]];
  const data: Buffer[] = [];
  let length = 0;
  for (const [network, value] of Object.entries(networks)) {
    const { bits, prefix } = bitsOf(network);
    const encoded = encode(value);
    let node = 0;
    for (let at = 0; at < prefix - 1; at += 1) {
      const next = nodes[node]![bits[at]!];
      if (typeof next === 'number') node = next;
      else {
        nodes.push([null, null]);
        nodes[node]![bits[at]!] = nodes.length - 1;
        node = nodes.length - 1;
      }
    }
    nodes[node]![bits[prefix - 1]!] = { offset: length };
    data.push(encoded);
    length += encoded.length;
  }
  const tree = Buffer.alloc(nodes.length * 6);
  for (const [at, sides] of nodes.entries()) {
    for (const [side, child] of sides.entries()) {
      const record =
        child === null ? nodes.length : typeof child === 'number' ? child : nodes.length + 16 + child.offset;
      tree.writeUIntBE(record, at * 6 + side * 3, 3);
    }
  }
  const metadata = {
    node_count: nodes.length,
    record_size: 24,
    ip_version: 6,
    database_type: 'Test-City',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1765000000,
    description: { en: 'For tests' },
  };
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...data,
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    encode(metadata),
  ]);
}

type Leaf = { readonly offset: number } | null;

/** The bits of a network; IPv4 lies at ::/96. */
function bitsOf(network: string): { bits: (0 | 1)[]; prefix: number } {
  const [address = '', prefix = ''] = network.split('/');
  const four = isIPv4(address);
  const bytes = four ? [...Array<number>(12).fill(0), ...address.split('.').map(Number)] : sixteen(address);
  const bits = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, at) => ((byte >> (7 - at)) & 1) as 0 | 1));
  return { bits, prefix: Number(prefix) + (four ? 96 : 0) };
}

function sixteen(address: string): number[] {
  const [head = '', tail = ''] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [front, back] = [groups(head), groups(tail)];
  const all = [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back];
  return all.flatMap((group) => [group >> 8, group & 255]);
}

const [STRING, UINT32, MAP, ARRAY, BOOLEAN] = [2, 6, 7, 11, 14];

function encode(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(STRING, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'boolean') return control(BOOLEAN, value ? 1 : 0);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(UINT32, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(ARRAY, value.length), ...value.map(encode)]);
  const entries = Object.entries(value as object);
  return Buffer.concat([
    control(MAP, entries.length),
    ...entries.flatMap(([key, item]) => [encode(key), encode(item)]),
  ]);
}

/** Of sizes up to 284, which is all that tests have. */
function control(type: number, size: number): Buffer {
  const [stated, more] = size < 29 ? [size, []] : [29, [size - 29]];
  return Buffer.from(type < 8 ? [(type << 5) | stated, ...more] : [stated, type - 7, ...more]);
}
