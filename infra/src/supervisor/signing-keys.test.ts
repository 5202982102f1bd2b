// The public form of a signing key is what verifiers are given.
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { publicKeyEntry } from './signing-keys.ts';

describe('a public key entry', () => {
  it('verifies what the private key signed, under an id of 16 hexadecimal digits', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

    const entry = publicKeyEntry(pem);

    const spki = Buffer.from(entry.publicKey, 'base64url');
    const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from('text'), publicKey, sign(null, Buffer.from('text'), privateKey))).toBe(true);
    expect(entry).toMatchObject({ algorithm: 'Ed25519', keyId: expect.stringMatching(/^[0-9a-f]{16}$/) });
  });
});
