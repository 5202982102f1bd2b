// Resolves credential references to secrets, in this process only. Files are read again when they change.
import { readFileSync, statSync } from 'node:fs';
import type { CredentialReference } from '@secrouter/proto';

const FILE_CHECK_INTERVAL_MS = 2_000;
const MAX_SECRET_BYTES = 65_536;

interface HeldFile {
  readonly secret: string | undefined;
  readonly changedMs: number;
  readonly checkedMs: number;
}

/** Secrets by reference. Nothing here is ever logged or serialised. */
export class CredentialStore {
  readonly #readVariable: (name: string) => string | undefined;
  readonly #now: () => number;
  readonly #files = new Map<string, HeldFile>();

  constructor(readVariable: (name: string) => string | undefined, now: () => number) {
    this.#readVariable = readVariable;
    this.#now = now;
  }

  /** The secret, or undefined where it is missing. */
  resolve(reference: CredentialReference): string | undefined {
    return reference.type === 'env' ? this.#readVariable(reference.key) : this.#readSecretFile(reference.filePath);
  }

  /** Forgets what files held, so that the next use reads them. */
  reload(): void {
    this.#files.clear();
  }

  #readSecretFile(path: string): string | undefined {
    const now = this.#now();
    const held = this.#files.get(path);
    if (held !== undefined && now - held.checkedMs < FILE_CHECK_INTERVAL_MS) return held.secret;
    const changedMs = modifiedMs(path);
    const isSame = held !== undefined && held.changedMs === changedMs;
    const secret = isSame ? held.secret : readSecret(path);
    this.#files.set(path, { secret, changedMs, checkedMs: now });
    return secret;
  }
}

function modifiedMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function readSecret(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').slice(0, MAX_SECRET_BYTES).trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
