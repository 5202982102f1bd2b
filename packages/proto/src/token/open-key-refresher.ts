// A key-set refresher with real time and a file for cold starts (0600, replaced whole); both planes open theirs here.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FetchJson } from './fetch-key-set.ts';
import type { IssuerRules } from './issuer-rules.ts';
import {
  KeySetRefresher,
  type KeySetRefresherOptions,
  type KeySetStore,
  type StoredKeySet,
} from './key-set-refresher.ts';

export interface KeyRefresherPlace {
  /** Folder of the persisted sets, one file an issuer. */
  readonly directory: string;
  readonly fetchJson: FetchJson;
  readonly onAttempt: NonNullable<KeySetRefresherOptions['onAttempt']>;
}

/** The refresher of an issuer; not started yet. */
export function openKeyRefresher(rules: IssuerRules, place: KeyRefresherPlace): KeySetRefresher {
  const name = createHash('sha256').update(rules.issuer).digest('hex').slice(0, 32);
  return new KeySetRefresher({
    issuer: rules.issuer,
    ...(rules.jwksUri === undefined ? {} : { jwksUri: rules.jwksUri }),
    cacheTtlMs: rules.jwksCacheTtlSeconds * 1_000,
    maxStaleMs: rules.jwksMaxStaleSeconds * 1_000,
    fetchJson: place.fetchJson,
    store: keySetFile(join(place.directory, `${name}.json`)),
    environment: { nowMs: Date.now, schedule, random: Math.random },
    onAttempt: place.onAttempt,
  });
}

/** What makes two refreshers of one issuer different. */
export function refresherSettings(rules: IssuerRules): string {
  return JSON.stringify([rules.jwksUri, rules.jwksCacheTtlSeconds, rules.jwksMaxStaleSeconds]);
}

function schedule(delayMs: number, action: () => void): () => void {
  const timer = setTimeout(action, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}

function keySetFile(path: string): KeySetStore {
  return {
    async load() {
      try {
        return JSON.parse(await readFile(path, 'utf8')) as StoredKeySet; // the refresher judges what it reads
      } catch {
        return undefined;
      }
    },
    async save(stored) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(`${path}.tmp`, JSON.stringify(stored), { mode: 0o600 });
      await rename(`${path}.tmp`, path);
    },
  };
}
