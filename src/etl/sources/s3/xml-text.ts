const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const QUOTE = '&quot;';

/**
 * The text that a piece of XML between two tags stands for.
 *
 * @throws SyntaxError for a reference to no character.
 */
export function decodeXmlText(text: string): string {
  const first = text.indexOf('&');
  if (first === -1) return text;
  // An ETag, as every entry of a listing has it: written out, since replacing takes a third of a page's time.
  const inner = text.length - QUOTE.length;
  if (first === 0 && inner > 0 && text.startsWith(QUOTE) && text.indexOf('&', 1) === inner && text.endsWith(QUOTE)) {
    return `"${text.slice(QUOTE.length, inner)}"`;
  }
  return text.replace(/&([^;&]*);?/g, (whole, name: string) => {
    const character = whole.endsWith(';') ? (NAMED[name] ?? numbered(name)) : undefined;
    if (character === undefined) throw new SyntaxError('a reference to no character');
    return character;
  });
}

function numbered(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name) ?? [];
  if (hex === undefined && decimal === undefined) return undefined;
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  // Half of a surrogate pair is no character, and no key holds one.
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return String.fromCodePoint(code);
}

/** The text of the first element of that name, for the small documents that S3 sends with an error. */
export function firstText(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  if (text === undefined) return undefined;
  try {
    return decodeXmlText(text);
  } catch {
    return undefined;
  }
}
