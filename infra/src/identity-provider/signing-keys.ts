// The provider's keys, kept below the home folder so that tokens and sessions outlive a restart.
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

const COOKIE_KEY_BYTES = 32;

/** Key material of the provider. The first signing key signs; the others still verify. */
export interface ProviderKeys {
  readonly signing: readonly JWK[];
  readonly cookies: readonly string[];
}

/** Reads the keys from the file, or makes them and writes the file (0600) at the first start. */
export async function loadOrCreateKeys(file: string): Promise<ProviderKeys> {
  if (existsSync(file)) return readKeys(file);
  const keys = { signing: [await createSigningKey()], cookies: [randomBytes(COOKIE_KEY_BYTES).toString('base64url')] };
  writePrivateFile(file, JSON.stringify(keys));
  return keys;
}

/** A new key signs from now on. The old ones stay published unless `dropOld` says that they are withdrawn. */
export async function rotateKeys(file: string, keys: ProviderKeys, dropOld: boolean): Promise<ProviderKeys> {
  const rotated = { ...keys, signing: [await createSigningKey(), ...(dropOld ? [] : keys.signing)] };
  writePrivateFile(file, JSON.stringify(rotated));
  return rotated;
}

/** Writes a file that only its owner can read, complete or not at all. */
export function writePrivateFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text, { mode: 0o600 });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
}

function readKeys(file: string): ProviderKeys {
  const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isProviderKeys(parsed)) throw new Error(`${file} does not hold the provider's keys; remove it to make new ones`);
  return parsed;
}

function isProviderKeys(value: unknown): value is ProviderKeys {
  if (typeof value !== 'object' || value === null || !('signing' in value) || !('cookies' in value)) return false;
  return [value.signing, value.cookies].every((list) => Array.isArray(list) && list.length > 0);
}

async function createSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'RS256', use: 'sig' };
}
