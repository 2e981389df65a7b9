import { errorCode } from './retryable.ts';

/** What to do when no connection comes about, by the code that Node or Postgres gives the reason. */
const ADVICE: readonly (readonly [codes: RegExp, advice: string])[] = [
  [
    /^(?:SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|CERT_REJECTED|INVALID_CA)$/,
    "The server's certificate is by no authority that is trusted here: set DW_PG_SSL_CA to the certificate of its " +
      "authority (for Amazon RDS, the region's bundle), in PEM or as the path of a file.",
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    "The server's certificate is for another host: set DW_PG_HOST to a name that it has.",
  ],
  [
    /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/,
    "The server's certificate is not valid at this time: renew it, or correct this machine's clock.",
  ],
];

// node-postgres reports a server that will not encrypt without a code.
const NO_TLS = /server does not support SSL/i;
/** 15 and later say the first, earlier ones the second. */
const TLS_ONLY = /no encryption|SSL off/;

/**
 * What to do about a connection that did not come about because of encryption, naming the setting; undefined when it had
 * another reason. Nothing is ever sent in the clear, nor to a server that could not be checked, when DW_PG_SSL is true.
 */
export function tlsAdvice(error: unknown): string | undefined {
  const code = errorCode(error);
  const message = error instanceof Error ? error.message : '';
  if (code === undefined && NO_TLS.test(message)) {
    return 'The server does not encrypt: turn its TLS on, or set DW_PG_SSL to "false" where nobody else is on the network.';
  }
  // No entry in the server's pg_hba.conf for a connection of this kind.
  if (code === '28000' && TLS_ONLY.test(message)) {
    return 'The server may want encryption: set DW_PG_SSL to "true".';
  }
  return ADVICE.find(([codes]) => codes.test(code ?? ''))?.[1];
}
