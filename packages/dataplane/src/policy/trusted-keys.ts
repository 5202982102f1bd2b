// The public keys that may sign snapshots, from a file that the operator owns. Read again when it changes, so that keys
// rotate with overlap.
import { readFileSync, statSync } from 'node:fs';
import type { TrustedKey } from '@secrouter/proto';
import { z } from 'zod';

const schema = z
  .array(z.object({ keyId: z.string(), algorithm: z.enum(['Ed25519', 'ES256']), publicKey: z.string() }))
  .min(1);

/** Opens the list; throws at once when the file is missing or says something else. Later trouble keeps the last good list. */
export function openTrustedKeys(path: string): () => readonly TrustedKey[] {
  let keys: readonly TrustedKey[] = schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  let changedMs = statSync(path).mtimeMs;
  return () => {
    const nowMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? changedMs;
    if (nowMs === changedMs) return keys;
    changedMs = nowMs;
    const parsed = schema.safeParse(parseJson(path));
    if (parsed.success) keys = parsed.data;
    return keys;
  };
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
