// A sealed snapshot as one text, for a disk and for the mirror: the seal as a JSON line, then the content.
import { z } from 'zod';
import type { SealedSnapshot } from './snapshot.ts';

const sealSchema = z.strictObject({
  cell: z.string(),
  epoch: z.number().int().nonnegative(),
  revision: z.number().int().nonnegative(),
  totalBytes: z.number().int().positive(),
  digest: z.string(),
  algorithm: z.enum(['Ed25519', 'ES256']),
  keyId: z.string(),
  signature: z.string(),
});

const NEWLINE = 0x0a;

/** Encodes a sealed snapshot as bytes. */
export function encodeSealed({ seal, content }: SealedSnapshot): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(seal)}\n`), content]);
}

/** Decodes what `encodeSealed` wrote; undefined when it is torn or something else. Nothing is verified here. */
export function decodeSealed(bytes: Uint8Array): SealedSnapshot | undefined {
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) return undefined;
  try {
    const seal = sealSchema.parse(JSON.parse(Buffer.from(bytes.subarray(0, end)).toString('utf8')));
    return { seal, content: bytes.subarray(end + 1) };
  } catch {
    return undefined;
  }
}
