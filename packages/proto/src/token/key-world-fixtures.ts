// A world for key refreshers under test: no network, no disk, no real time.
import type { FetchJson, KeyDocument } from './fetch-key-set.ts';
import { KeySetRefresher, type KeySetStore, type StoredKeySet } from './key-set-refresher.ts';
import { soleNamespace, type TestKey, testIssuer, testNowSeconds, testRules } from './token-fixtures.ts';
import type { VerificationContext } from './verify-token.ts';

export const jwksUri = `${testIssuer}/keys`;
export const ttlMs = 600_000;
export const maxStaleMs = 86_400_000;

export type KeyAnswer = KeyDocument | 'reset' | 'hang';

/** One refresher in a world without a network, without a disk and without real time. */
export class KeyWorld {
  nowMs = 1_800_000_000_000;
  readonly requests: string[] = [];
  readonly answers = new Map<string, KeyAnswer>();
  readonly saved: StoredKeySet[] = [];
  stored: StoredKeySet | undefined;
  #timers: { atMs: number; action: () => void }[] = [];

  readonly fetchJson: FetchJson = async ({ url, signal }) => {
    this.requests.push(url);
    const answer = this.answers.get(url) ?? 'reset';
    if (answer === 'reset') throw new Error('ECONNRESET');
    if (answer === 'hang') return new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
    return answer;
  };

  readonly store: KeySetStore = {
    load: async () => this.stored,
    save: async (stored) => {
      this.saved.push(stored);
    },
  };

  refresher(options: { jwksUri?: string; cacheTtlMs?: number } = { jwksUri }): KeySetRefresher {
    const { fetchJson, store } = this;
    const environment = {
      nowMs: () => this.nowMs,
      random: () => 0.5,
      schedule: (delayMs: number, action: () => void) => {
        const timer = { atMs: this.nowMs + delayMs, action };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
    };
    return new KeySetRefresher({
      issuer: testIssuer,
      cacheTtlMs: ttlMs,
      ...options,
      maxStaleMs,
      fetchJson,
      store,
      environment,
    });
  }

  publish(...keys: readonly TestKey[]): void {
    this.answers.set(jwksUri, jsonDocument({ keys: keys.map((key) => key.jwk) }));
  }

  /** Moves the clock and runs every timer that falls due, in order. */
  async advance(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    for (;;) {
      const [next] = this.#timers.filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.nowMs = next.atMs;
      next.action();
      await settled();
    }
    this.nowMs = endMs;
  }
}

export function jsonDocument(value: unknown, extra: Partial<KeyDocument> = {}): KeyDocument {
  return { status: 200, body: new TextEncoder().encode(JSON.stringify(value)), ...extra };
}

/** Lets everything that is ready run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The circumstances of a verification with a refresher's keys. */
export function contextOf(refresher: KeySetRefresher): VerificationContext {
  const rules = testRules();
  const issuers = [{ rules, namespace: soleNamespace(rules), keys: refresher }];
  return { issuers, nowSeconds: testNowSeconds, policyNamesGroups: false };
}

/** The kids that a refresher serves now, or `unavailable`. */
export function kidsOf(refresher: KeySetRefresher): readonly (string | undefined)[] | string {
  const view = refresher.current();
  return view.outcome === 'usable' ? view.keySet.keys.map((key) => key.kid) : view.outcome;
}
