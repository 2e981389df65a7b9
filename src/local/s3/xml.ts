const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Characters that XML text cannot hold as they are; S3 writes control characters as references too. */
// eslint-disable-next-line no-control-regex
const SPECIAL = /[&<>"'\u0000-\u001f\u007f\ufffe\uffff]/;
// eslint-disable-next-line no-control-regex
const ALL_SPECIAL = /[&<>"'\u0000-\u001f\u007f\ufffe\uffff]/g;

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

export function escapeXml(text: string): string {
  // Nearly no key needs it, and a listing has a thousand of them.
  if (!SPECIAL.test(text)) return text;
  return text.replace(ALL_SPECIAL, (character) => NAMED[character] ?? `&#x${character.charCodeAt(0).toString(16)};`);
}

export function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name) return CHARACTERS[name] ?? whole;
      const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** One element with text in it. */
export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** A whole answer of S3. */
export function document(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${content}</${root}>`;
}

/** The texts of all elements of that name, wherever they are. Enough for the one request body that we read. */
export function textsOf(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`, 'g');
  return Array.from(xml.matchAll(pattern), (match) => unescapeXml(match[1]!));
}
