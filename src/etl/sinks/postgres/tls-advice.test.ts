import { expect, test } from 'vitest';
import { tlsAdvice } from './tls-advice.ts';

const failure = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code });

test.each([
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed certificate in certificate chain', 'DW_PG_SSL_CA'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'DW_PG_SSL_CA'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'unable to verify the first certificate', 'DW_PG_SSL_CA'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable to get local issuer certificate', 'DW_PG_SSL_CA'],
  ['CERT_SIGNATURE_FAILURE', 'certificate signature failure', 'DW_PG_SSL_CA'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', "Host: db. is not in the cert's altnames: DNS:other", 'DW_PG_HOST'],
  ['CERT_HAS_EXPIRED', 'certificate has expired', 'renew'],
  ['CERT_NOT_YET_VALID', 'certificate is not yet valid', 'clock'],
  [undefined, 'The server does not support SSL connections', 'DW_PG_SSL to "false"'],
  [
    '28000',
    'no pg_hba.conf entry for host "10.0.0.1", user "etl", database "shop", no encryption',
    'DW_PG_SSL to "true"',
  ],
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", user "etl", database "shop", SSL off', 'DW_PG_SSL to "true"'],
])('%s, "%s": speaks of %s', (code, message, setting) => {
  expect(tlsAdvice(failure(message, code))).toContain(setting);
});

test.each([
  ['28P01', 'password authentication failed for user "etl"'],
  ['28000', 'no pg_hba.conf entry for host "10.0.0.1", user "etl", database "shop", SSL encryption'],
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:5432'],
])('%s, "%s": has nothing to do with TLS', (code, message) => {
  expect(tlsAdvice(failure(message, code))).toBeUndefined();
});
