/** What stands in the place of an e-mail address and of a card number that were found in a text. */
export const EMAIL = '[email]';
export const CARD = '[card]';

/**
 * A text without e-mail addresses and card numbers; the very same text when it has none. It takes time in proportion to
 * the text and no more, whatever is in it. Addresses are also found where a URL writes the @ as %40.
 */
export function withoutPersonalData(text: string): string {
  return withoutCards(withoutEmails(text));
}

// As a URL writes it, once and twice.
const AT_SIGNS = ['@', '%40', '%2540'];

/** RFC 5321's limits, and so the most that is looked at on either side. */
const LONGEST_LOCAL = 64;
const LONGEST_DOMAIN = 253;

function withoutEmails(text: string): string {
  let clean = text;
  for (const at of AT_SIGNS) if (clean.includes(at)) clean = withoutEmailsAt(clean, at);
  return clean;
}

function withoutEmailsAt(text: string, sign: string): string {
  let out = '';
  let done = 0;
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + sign.length)) {
    let from = at;
    while (from > done && at - from < LONGEST_LOCAL && isLocal(text.charCodeAt(from - 1))) from -= 1;
    let to = at + sign.length;
    const most = Math.min(text.length, to + LONGEST_DOMAIN);
    let dot = -1;
    for (; to < most; to += 1) {
      const code = text.charCodeAt(to);
      if (code === 0x2e) dot = to;
      else if (!isLetterOrDigit(code) && code !== 0x2d) break;
    }
    // A full stop behind it ends a sentence.
    while (to > at && text.charCodeAt(to - 1) === 0x2e) to -= 1;
    // A domain has a dot in its midst: `@name` is no address, and neither is `5@home`.
    const domain = at + sign.length;
    if (from === at || dot <= domain || text.lastIndexOf('.', to - 1) <= domain) continue;
    out += text.slice(done, from) + EMAIL;
    done = to;
  }
  return done === 0 ? text : out + text.slice(done);
}

function isLetterOrDigit(code: number): boolean {
  // Letters beyond ASCII are taken for letters, all of them.
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code > 0x7f; // prettier-ignore
}

/** What RFC 5322 lets stand before the @, without what begins or separates things in texts and URLs: / ? & = ' { } | */
function isLocal(code: number): boolean {
  return isLetterOrDigit(code) || '.!#$%*+-^_`~'.includes(String.fromCharCode(code));
}

// Alone, or in the groups in which cards show them; a run that goes on is another number.
const CARD_LIKE =
  /(?<![\w.-])(?:\d{14,19}|\d{4}(?<gap>[ +-]|%20)\d{4}\k<gap>\d{4}\k<gap>\d{2,4}(?:\k<gap>\d{1,3})?|\d{4}(?<gap2>[ +-]|%20)\d{6}\k<gap2>\d{4,5})(?![\w-]| \d|\.\d)/g;

const MOST_DIGITS_WITHOUT = 13;

function withoutCards(text: string): string {
  if (text.length <= MOST_DIGITS_WITHOUT || !/\d{4}/.test(text)) return text;
  return text.replaceAll(CARD_LIKE, (found) => (isCard(found.replaceAll(/%20|\D/g, '')) ? CARD : found));
}

/** What the networks' numbers begin with, and how long they are: American Express, Diners, JCB, Mastercard, Visa, others. */
const NETWORKS = /^(?:3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}|35\d{14,17}|5[1-5]\d{14}|2[2-7]\d{14}|4\d{15}(?:\d{3})?|6\d{15,18})$/; // prettier-ignore

/** Whether digits are a card's number: of a network's length and beginning, with the right check digit (Luhn). */
export function isCard(digits: string): boolean {
  if (!NETWORKS.test(digits)) return false;
  let sum = 0;
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 0x30;
    const doubled = digit * 2;
    sum += at % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
