import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import type { Kind } from './env-reader.ts';

/** A whole number in decimal digits, both ends included. */
export function wholeNumber(least: number, most: number): Kind<number> {
  return {
    allowed: `a whole number from ${least} to ${most}`,
    parse: (text) => {
      // Number() alone would also take '0x10', '1e3', ' 7 ' and ''.
      if (!/^\d{1,15}$/.test(text)) return undefined;
      const value = Number(text);
      return value >= least && value <= most ? value : undefined;
    },
  };
}

/** One of a few words, spelled exactly. */
export function oneOf<const W extends string>(words: readonly W[]): Kind<W> {
  return {
    allowed: `one of ${words.map((word) => `"${word}"`).join(', ')}`,
    parse: (text) => words.find((word) => word === text),
  };
}

/** Exactly "true" or "false": a "yes" or "1" that was read as false would turn TLS off. */
export const trueOrFalse: Kind<boolean> = {
  allowed: '"true" or "false"',
  parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
};

/** Any text, the empty one included; never shown. */
export const password: Kind<string> = { allowed: 'a password', parse: (text) => text, secret: () => true };

/** A PostgreSQL user or database, which the server would cut at 63 bytes without a word. */
export function postgresName(what: string): Kind<string> {
  return {
    allowed: `the name of ${what}, at most 63 bytes and without space around it`,
    parse: (text) =>
      text !== '' && text.trim() === text && !/\p{Cc}/u.test(text) && Buffer.byteLength(text) <= 63 ? text : undefined,
  };
}

/** A time zone by its IANA name, which Postgres knows as well. Offsets such as `+01:00` mean the opposite to it. */
export const timeZone: Kind<string> = {
  allowed: 'the IANA name of a time zone, such as "Europe/Berlin"',
  parse: (text) => (TIME_ZONES.has(text) ? text : undefined),
};
const TIME_ZONES = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);

/** A host name, an IP address, or the directory of a Unix socket. */
export const postgresHost: Kind<string> = {
  allowed: 'a host name or IP address alone (port and user have variables of their own), or the directory of a socket',
  parse: (text) =>
    /^[A-Za-z0-9_.-]{1,253}$/.test(text) || /^\/[^\s@?]*$/.test(text) || isIPv6(text) ? text : undefined,
};

/** A bucket, up to the 255 characters of the oldest ones, or the ARN of an access point, which S3 takes in its place. */
export const bucketName: Kind<string> = {
  allowed:
    'the name of a bucket (3 to 255 letters, digits, dots, dashes and underscores) or the ARN of an access point',
  parse: (text) => {
    const bucket = /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(text) && !text.includes('..');
    const accessPoint =
      /^arn:aws[a-z-]*:s3[a-z-]*:[a-z0-9-]*:\d*:(?:[a-z]+[/:][A-Za-z0-9-]+[/:])?accesspoint[/:][A-Za-z0-9.-]+$/;
    return bucket || accessPoint.test(text) ? text : undefined;
  },
};

/** The address of an S3 endpoint; a user, query or fragment in it would be lost on the way to a request. */
export const endpointUrl: Kind<string> = {
  allowed: 'an http or https URL without user, query and fragment, such as "http://127.0.0.1:9000"',
  parse: (text) => {
    if (!/^https?:\/\/[^\s@?#\\]+$/.test(text)) return undefined;
    return URL.canParse(text) ? text : undefined;
  },
};

/**
 * Certificates in PEM, given as they are or as the path of the file that holds them; the answer is always the PEM.
 * Line breaks may be spelled `\n`, which is all that some consoles let a variable hold. Each certificate is parsed here,
 * because TLS skips one that is broken and then fails with a message about trust.
 */
export const certificates: Kind<string> = {
  allowed: 'certificates in PEM, or the path of a readable file that holds them',
  parse: (text) => {
    if (text === '') return undefined;
    try {
      const pem = text.includes('-----BEGIN') ? text.replaceAll('\\n', '\n') : readFileSync(text, 'utf8');
      const blocks = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
      // A count that differs is a block cut short.
      if (blocks.length === 0 || blocks.length !== pem.split('-----BEGIN CERTIFICATE-----').length - 1)
        return undefined;
      for (const block of blocks) new X509Certificate(block);
      return pem;
    } catch {
      return undefined;
    }
  },
  // A key that was pasted here by mistake.
  secret: (text) => text.includes('-----'),
};
