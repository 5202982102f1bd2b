// Certificates for tests, made on the spot: Node signs, these lines write the DER (RFC 5280).
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface IssuedCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  readonly commonName: string;
}

export interface CertificateOptions {
  readonly commonName: string;
  /** Signs the new certificate; where missing, it signs itself and may sign others. */
  readonly issuer?: IssuedCertificate;
  readonly dnsNames?: readonly string[];
  /** IPv4 addresses. */
  readonly ipAddresses?: readonly string[];
  readonly notAfter?: Date;
}

const DAY_MS = 86_400_000;
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';

/** Issues a P-256 certificate; by default for 127.0.0.1 and localhost, valid from yesterday until tomorrow. */
export function issueCertificate(options: CertificateOptions): IssuedCertificate {
  const { commonName, issuer, dnsNames = ['localhost'], ipAddresses = ['127.0.0.1'] } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const notAfter = options.notAfter ?? new Date(Date.now() + DAY_MS);
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(8)),
    sequence(objectId(ECDSA_WITH_SHA256)),
    distinguishedName(issuer?.commonName ?? commonName),
    sequence(time(new Date(notAfter.getTime() - 2 * DAY_MS)), time(notAfter)),
    distinguishedName(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(basicConstraints(issuer === undefined), alternativeNames(dnsNames, ipAddresses))),
  );
  const signer: KeyObject = issuer === undefined ? privateKey : createPrivateKey(issuer.keyPem);
  const signature = sign('sha256', body, signer);
  const certificate = sequence(body, sequence(objectId(ECDSA_WITH_SHA256)), tagged(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certPem: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    commonName,
  };
}

function basicConstraints(isAuthority: boolean): Buffer {
  const value = isAuthority ? sequence(tagged(0x01, Buffer.from([0xff]))) : sequence();
  return sequence(objectId('2.5.29.19'), tagged(0x01, Buffer.from([0xff])), tagged(0x04, value));
}

function alternativeNames(dnsNames: readonly string[], ipAddresses: readonly string[]): Buffer {
  const names = [
    ...dnsNames.map((name) => tagged(0x82, Buffer.from(name))),
    ...ipAddresses.map((address) => tagged(0x87, Buffer.from(address.split('.').map(Number)))),
  ];
  return sequence(objectId('2.5.29.17'), tagged(0x04, sequence(...names)));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId('2.5.4.3'), tagged(0x0c, Buffer.from(commonName)))));
}

function time(date: Date): Buffer {
  return tagged(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, '')));
}

/** A positive integer: a first byte that would read as a sign gets a zero before it; no other leading zeros. */
function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(Math.max(0, first));
  return (digits[0] ?? 0) >= 0x80 ? tagged(0x02, Buffer.from([0]), digits) : tagged(0x02, digits);
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...others.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = value >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...parts);
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  // DER wants the shortest form.
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
