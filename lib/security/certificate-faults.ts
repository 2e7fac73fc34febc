import { defineFaults } from '../kernel/faults.ts';

export const certificateFaults = defineFaults('certificates', {
  unknownUse: { kind: 'missing', message: 'There is no certificate for "{use}". The uses are xmpp and console.' },
  noCertificate: {
    kind: 'invalid',
    message: 'The text holds no certificate. It must be PEM: a block that begins with -----BEGIN CERTIFICATE-----.',
  },
  tooMany: { kind: 'invalid', message: 'The text holds {count} certificates; at most 10 belong into one chain.' },
  unreadable: { kind: 'invalid', message: 'Certificate {number} of the text cannot be read. Check that the file was copied whole.' },
  keyUnreadable: { kind: 'invalid', message: 'The private key cannot be read. It must be PEM (PKCS #8, PKCS #1 or SEC 1).' },
  keyEncrypted: {
    kind: 'invalid',
    message:
      'The private key is protected by a passphrase, which the server cannot ask for at start. Take it off first: openssl pkey -in key.pem -out plain.pem',
  },
  keyMissing: {
    kind: 'invalid',
    message: 'There is no private key: none was given, and no certificate request is waiting for its certificate.',
  },
  keyMismatch: { kind: 'invalid', message: 'The private key does not belong to any of the certificates given ({subjects}).' },
  requestMismatch: {
    kind: 'invalid',
    message:
      'None of the certificates given ({subjects}) was made for the waiting request. Upload the certificate with its own private key, or make a new request.',
  },
  weakKey: { kind: 'invalid', message: 'The key is {key}; clients accept RSA keys from 2,048 bits and the curves P-256, P-384 and P-521.' },
  weakSignature: {
    kind: 'invalid',
    message: 'The certificate of {subject} is signed with {hash}, which clients refuse. Ask for one signed with SHA-256.',
  },
  expired: { kind: 'invalid', message: 'The certificate of {subject} ended on {date}.' },
  notYetValid: { kind: 'invalid', message: 'The certificate of {subject} is valid only from {date} on. Check the clock of the server.' },
  noNames: {
    kind: 'invalid',
    message: 'The certificate has no subject alternative names. Clients look only there, never at the common name.',
  },
  notForServers: { kind: 'invalid', message: 'The certificate may not be used by a server (extended key usage without serverAuth).' },
  brokenChain: {
    kind: 'invalid',
    message: 'The certificate of {subject} is not signed by the certificate of its issuer that was given ({issuer}).',
  },
  incompleteChain: {
    kind: 'invalid',
    message:
      'The certificate of the issuer "{issuer}" is missing. Add it below the server certificate. If clients know this issuer by themselves, allow an incomplete chain.',
  },
  issuerNoAuthority: {
    kind: 'invalid',
    message: 'The certificate of {subject} stands in the chain but is not one of a certificate authority.',
  },
  same: { kind: 'conflict', message: 'This certificate is in use already.' },
  noPrevious: { kind: 'missing', message: 'There is no earlier certificate to return to.' },
  previousExpired: { kind: 'refused', message: 'The earlier certificate ended on {date}, so clients would refuse it.' },
  noRequest: { kind: 'missing', message: 'No certificate request is waiting.' },
  badName: { kind: 'invalid', message: '"{name}" is neither a host name nor an address.' },
  notWritable: {
    kind: 'down',
    message: 'The certificates folder {path} cannot be written ({why}). Check its owner and the space on the disk.',
  },
});
