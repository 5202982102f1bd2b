// The private key that signs snapshots, and what pods need to trust it.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type TrustedKey, trustedKeyOf } from '@secrouter/proto';

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly trusted: TrustedKey;
}

/** Reads a PKCS8 PEM file with an Ed25519 or EC P-256 key; throws with the file's name, never its content. */
export function readSigningKey(path: string): SigningKey {
  const pem = readFileSync(path, 'utf8');
  try {
    const privateKey = createPrivateKey(pem);
    return { privateKey, trusted: trustedKeyOf(createPublicKey(privateKey)) };
  } catch {
    // OpenSSL's own message may quote its input.
    throw new Error(`${path} is not a private key in PKCS8 PEM of type Ed25519 or EC P-256`);
  }
}
