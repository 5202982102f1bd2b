// The quick start's keys: Ed25519 for snapshots and for audit checkpoints, and the secrets of one machine.
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Makes the private key (PEM, readable by its owner only) when it is missing, and its public list beside it. */
export function ensureSigningKey(privateKeyFile: string, publicKeysFile: string): void {
  if (!existsSync(privateKeyFile)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeWhole(privateKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  }
  const publicKeys = [publicKeyEntry(readFileSync(privateKeyFile, 'utf8'))];
  writeWhole(publicKeysFile, `${JSON.stringify(publicKeys, null, 2)}\n`, 0o644);
}

/** What a verifier needs to know of a private key. */
export function publicKeyEntry(privateKeyPem: string): { keyId: string; algorithm: 'Ed25519'; publicKey: string } {
  const spki = createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' });
  const keyId = createHash('sha256').update(spki).digest('hex').slice(0, 16);
  return { keyId, algorithm: 'Ed25519', publicKey: spki.toString('base64url') };
}

// Renamed into place, so that a start interrupted here leaves no half a key.
function writeWhole(path: string, content: string, mode: number): void {
  writeFileSync(`${path}.new`, content, { mode });
  renameSync(`${path}.new`, path);
}
