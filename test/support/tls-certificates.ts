import { generateKeyPairSync, randomBytes, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate in PEM, and the key that belongs to it. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority. */
export interface Authority extends Certificate {
  readonly name: string;
}

export interface CertificateOptions {
  /** The hosts it is for, names or IPv4 addresses. */
  readonly hosts: readonly string[];
  /** Who signs it; without one it signs itself. */
  readonly authority?: Authority;
  /** Epoch milliseconds; a day from now without it. */
  readonly notAfter_ms?: number;
}

const DAY_MS = 86_400_000;

/** Makes an authority of its own. */
export function makeAuthority(name: string): Authority {
  return { name, ...make({ subject: name, isAuthority: true, hosts: [], notAfter_ms: Date.now() + DAY_MS }) };
}

/** Makes a server's certificate. Made anew for each test, so that no key lies in the repository and none expires there. */
export function makeCertificate({
  hosts,
  authority,
  notAfter_ms = Date.now() + DAY_MS,
}: CertificateOptions): Certificate {
  return make({
    subject: hosts[0] ?? 'nobody',
    isAuthority: false,
    hosts,
    notAfter_ms,
    ...(authority ? { authority } : {}),
  });
}

interface Contents {
  readonly subject: string;
  readonly isAuthority: boolean;
  readonly hosts: readonly string[];
  readonly notAfter_ms: number;
  readonly authority?: Authority;
}

/** Node has no function for this; it is a page of DER, by RFC 5280. */
function make({ subject, isAuthority, hosts, notAfter_ms, authority }: Contents): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = pemOf(privateKey);
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    nameOf(authority?.name ?? subject),
    sequence(time(notAfter_ms - 10 * DAY_MS), time(notAfter_ms)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(basicConstraints(isAuthority), ...(hosts.length > 0 ? [alternativeNames(hosts)] : []))),
  );
  const signature = sign('sha256', body, authority?.key ?? key);
  const der = sequence(body, ECDSA_WITH_SHA256, tagged(0x03, Buffer.of(0), signature));
  return { cert: new X509Certificate(der).toString(), key };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}

function tagged(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, ...parts);
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes);
const octets = (content: Buffer): Buffer => tagged(0x04, content);
const identifier = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = sequence(identifier('2a8648ce3d040302'));

/** A common name (2.5.4.3) and nothing else. */
function nameOf(text: string): Buffer {
  return sequence(tagged(0x31, sequence(identifier('550403'), tagged(0x0c, Buffer.from(text)))));
}

/** A UTCTime, which ends in 2049. */
function time(at_ms: number): Buffer {
  const digits = new Date(at_ms).toISOString().replaceAll(/[-:T]|\..*/g, '');
  return tagged(0x17, Buffer.from(`${digits.slice(2)}Z`));
}

/** 2.5.29.19, critical. */
function basicConstraints(isAuthority: boolean): Buffer {
  const content = isAuthority ? [tagged(0x01, Buffer.of(0xff))] : [];
  return sequence(identifier('551d13'), tagged(0x01, Buffer.of(0xff)), octets(sequence(...content)));
}

/** 2.5.29.17 */
function alternativeNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) === 4 ? tagged(0x87, Buffer.from(host.split('.').map(Number))) : tagged(0x82, Buffer.from(host)),
  );
  return sequence(identifier('551d11'), octets(sequence(...names)));
}
