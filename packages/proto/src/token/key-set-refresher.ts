// Keeps one issuer's keys: refreshed in the background at half their TTL, kept through the identity provider's failure
// up to the stale bound, persisted for a cold start. Requests never wait for the network, except for a kid never seen.

import {
  type FetchJson,
  fetchKeySet,
  type KeyFetchFailure,
  type KeyFetchOutcome,
  keyFetchTimeoutMs,
} from './fetch-key-set.ts';
import { isSameKeySet, type KeySet, keySetDocument, readKeySet } from './key-set.ts';
import { isPlainRecord } from './plain-record.ts';
import { UnknownKidGate, unknownKidCooldownMs } from './unknown-kid-gate.ts';

/** Failure back-off: doubles from the first to the last. */
export const minRefreshBackoffMs = 1_000;
export const maxRefreshBackoffMs = 60_000;

/** What is kept on disk (0600) between starts; public keys only. */
export interface StoredKeySet {
  readonly version: 1;
  readonly issuer: string;
  readonly jwksUri: string;
  readonly fetchedAtMs: number;
  readonly document: unknown;
}

/** Where the last good set survives a restart. Both may reject; a failed save costs only the next cold start. */
export interface KeySetStore {
  load(): Promise<StoredKeySet | undefined>;
  save(stored: StoredKeySet): Promise<void>;
}

/** The clock, the timers and the dice, so that tests own them. `schedule` returns its own cancellation. */
export interface RefresherEnvironment {
  nowMs(): number;
  schedule(delayMs: number, action: () => void): () => void;
  /** Between 0 and 1. */
  random(): number;
}

/** Which issuer, and how long its keys last. */
export interface KeySetRefresherOptions {
  readonly issuer: string;
  readonly jwksUri?: string;
  readonly cacheTtlMs: number;
  readonly maxStaleMs: number;
  readonly fetchJson: FetchJson;
  readonly store: KeySetStore;
  readonly environment: RefresherEnvironment;
  /** Told after every attempt, for logs and alarms. */
  readonly onAttempt?: (outcome: KeyFetchOutcome, hasChanged: boolean) => void;
}

/** What requests see. */
export type KeySetView =
  | { readonly outcome: 'usable'; readonly keySet: KeySet; readonly isStale: boolean }
  | { readonly outcome: 'unavailable'; readonly retryAfterSeconds: number };

/** Where a verifier takes keys from. */
export interface KeySource {
  current(): KeySetView;
  /**
   * The view after looking for a kid that the current set does not have; fetches at most as the gate allows.
   * `unavailable` when the kid is in no key held and the provider fails: then nobody knows whether it is a valid one.
   */
  findKid(kid: string): Promise<KeySetView>;
}

/** For metrics and `/ready`. */
export interface KeySetStatus {
  readonly ageMs?: number;
  readonly isStale: boolean;
  readonly keyCount: number;
  readonly droppedKeyCount: number;
  readonly hasLeakedPrivateKey: boolean;
  readonly attemptCount: number;
  readonly consecutiveFailures: number;
  readonly lastFailure?: KeyFetchFailure;
  readonly hasSaveFailed: boolean;
  readonly absentKidCount: number;
  /** The identity provider's clock minus ours, from its `Date` header. */
  readonly clockSkewMs?: number;
}

interface HeldKeys {
  readonly keySet: KeySet;
  readonly jwksUri: string;
  readonly fetchedAtMs: number;
}

/** One issuer's keys from `start` to `close`. */
export class KeySetRefresher implements KeySource {
  readonly #options: KeySetRefresherOptions;
  readonly #gate = new UnknownKidGate();
  readonly #closing = new AbortController();
  #held: HeldKeys | undefined;
  #inFlight: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();
  #attemptCount = 0;
  #lastAppliedAttempt = 0;
  #consecutiveFailures = 0;
  #lastFailure: KeyFetchFailure | undefined;
  #nextAttemptMs = 0;
  #hasSaveFailed = false;
  #clockSkewMs: number | undefined;
  #cancelTimer: () => void = () => undefined;

  constructor(options: KeySetRefresherOptions) {
    this.#options = options;
  }

  /** Loads the persisted set and makes the first attempt; resolves also when both bring nothing. */
  async start(): Promise<void> {
    this.#held = await this.#loadStored();
    await this.#refresh();
  }

  /** Ends timers and the running attempt, and lets a save in progress finish. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#cancelTimer();
    await this.#saving;
  }

  current(): KeySetView {
    const nowMs = this.#options.environment.nowMs();
    const held = this.#held;
    const { cacheTtlMs, maxStaleMs } = this.#options;
    if (held === undefined || nowMs - held.fetchedAtMs > cacheTtlMs + maxStaleMs) return this.#unavailable();
    return { outcome: 'usable', keySet: held.keySet, isStale: nowMs - held.fetchedAtMs > cacheTtlMs };
  }

  async findKid(kid: string): Promise<KeySetView> {
    const { environment } = this.#options;
    if (this.#gate.isKnownAbsent(kid, environment.nowMs())) return this.current();
    const isAllowed = this.#mayWaitFor(kid);
    if (isAllowed) await this.#refresh();
    const view = this.current();
    if (view.outcome === 'unavailable' || view.keySet.keys.some((key) => key.kid === kid)) return view;
    if (this.#consecutiveFailures > 0) return this.#unavailable();
    if (isAllowed) this.#gate.rememberAbsent(kid, environment.nowMs());
    return view;
  }

  status(): KeySetStatus {
    const view = this.current();
    const held = this.#held;
    return {
      ...(held === undefined ? {} : { ageMs: this.#options.environment.nowMs() - held.fetchedAtMs }),
      isStale: view.outcome === 'unavailable' || view.isStale,
      keyCount: held?.keySet.keys.length ?? 0,
      droppedKeyCount: held?.keySet.dropped.length ?? 0,
      hasLeakedPrivateKey: held?.keySet.dropped.some((key) => key.reason === 'private_members') ?? false,
      attemptCount: this.#attemptCount,
      consecutiveFailures: this.#consecutiveFailures,
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
      hasSaveFailed: this.#hasSaveFailed,
      absentKidCount: this.#gate.absentCount,
      ...(this.#clockSkewMs === undefined ? {} : { clockSkewMs: this.#clockSkewMs }),
    };
  }

  #unavailable(): Extract<KeySetView, { outcome: 'unavailable' }> {
    const waitSeconds = Math.ceil((this.#nextAttemptMs - this.#options.environment.nowMs()) / 1_000);
    return { outcome: 'unavailable', retryAfterSeconds: Math.max(1, waitSeconds) };
  }

  /**
   * While the identity provider fails, only the back-off's own timer asks it and nobody waits. Otherwise whoever comes
   * while an attempt runs waits for it: a rotated key's first requests arrive together.
   */
  #mayWaitFor(kid: string): boolean {
    if (this.#consecutiveFailures > 0) return false;
    return this.#inFlight !== undefined || this.#gate.admits(kid, this.#options.environment.nowMs());
  }

  /** Single flight: everybody who asks during an attempt gets that attempt. */
  #refresh(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    this.#inFlight ??= this.#attempt().finally(() => {
      this.#inFlight = undefined;
    });
    return this.#inFlight;
  }

  async #attempt(): Promise<void> {
    this.#cancelTimer();
    this.#attemptCount += 1;
    const attempt = this.#attemptCount;
    const outcome = await this.#fetchWithDeadline();
    // Numbered, so that a late answer of an abandoned attempt can never overwrite a newer one.
    if (attempt <= this.#lastAppliedAttempt || this.#closing.signal.aborted) return;
    this.#lastAppliedAttempt = attempt;
    const hasChanged = outcome.outcome === 'fetched' ? this.#apply(outcome) : this.#noteFailure(outcome.failure);
    this.#scheduleNext();
    this.#options.onAttempt?.(outcome, hasChanged);
  }

  /** The port has a time-out of its own; this one holds even if the port does not. */
  async #fetchWithDeadline(): Promise<KeyFetchOutcome> {
    const { issuer, jwksUri, fetchJson, environment } = this.#options;
    const deadline = new AbortController();
    const signal = AbortSignal.any([deadline.signal, this.#closing.signal]);
    const cancelDeadline = environment.schedule(2 * keyFetchTimeoutMs, () => deadline.abort());
    const pinnedJwksUri = this.#held?.jwksUri;
    const target = {
      issuer,
      ...(jwksUri === undefined ? {} : { jwksUri }),
      ...(pinnedJwksUri === undefined ? {} : { pinnedJwksUri }),
    };
    try {
      return await Promise.race([fetchKeySet(target, fetchJson, signal), timedOut(signal)]);
    } finally {
      cancelDeadline();
    }
  }

  #apply(outcome: Extract<KeyFetchOutcome, { outcome: 'fetched' }>): boolean {
    const { keySet, jwksUri, dateMs } = outcome;
    const fetchedAtMs = this.#options.environment.nowMs();
    const held = this.#held;
    const hasChanged = held === undefined || !isSameKeySet(held.keySet, keySet);
    // The old object stays when the keys are the same: caches of verified tokens hang on its identity.
    this.#held = { keySet: hasChanged ? keySet : held.keySet, jwksUri, fetchedAtMs };
    this.#consecutiveFailures = 0;
    this.#lastFailure = undefined;
    if (dateMs !== undefined) this.#clockSkewMs = dateMs - fetchedAtMs;
    if (hasChanged) this.#gate.forgetAbsent();
    this.#saving = this.#saving.then(() => this.#save({ keySet, jwksUri, fetchedAtMs }));
    return hasChanged;
  }

  /** In order and never waited for by a request; a failed save is shown in the status, the keys in memory serve. */
  async #save(held: HeldKeys): Promise<void> {
    const { issuer, store } = this.#options;
    const { jwksUri, fetchedAtMs } = held;
    try {
      await store.save({ version: 1, issuer, jwksUri, fetchedAtMs, document: keySetDocument(held.keySet) });
      this.#hasSaveFailed = false;
    } catch {
      this.#hasSaveFailed = true;
    }
  }

  #noteFailure(failure: KeyFetchFailure): false {
    this.#consecutiveFailures += 1;
    this.#lastFailure = failure;
    return false;
  }

  #scheduleNext(): void {
    if (this.#closing.signal.aborted) return;
    const { environment, cacheTtlMs } = this.#options;
    const delayMs =
      this.#consecutiveFailures === 0 ? cacheTtlMs * (0.45 + 0.1 * environment.random()) : this.#backoffMs();
    this.#nextAttemptMs = environment.nowMs() + delayMs;
    this.#cancelTimer = environment.schedule(delayMs, () => void this.#refresh());
  }

  /**
   * With fresh keys at hand nothing is urgent: whoever makes an attempt fail by inventing a kid has used up the interval
   * for such kids, and no chain of quick retries follows.
   */
  #backoffMs(): number {
    const doubled = Math.min(maxRefreshBackoffMs, minRefreshBackoffMs * 2 ** (this.#consecutiveFailures - 1));
    const view = this.current();
    return view.outcome === 'usable' && !view.isStale ? Math.max(unknownKidCooldownMs, doubled) : doubled;
  }

  /** A stored set is judged again like a fetched one; a time in the future counts as now. */
  async #loadStored(): Promise<HeldKeys | undefined> {
    const { issuer, store, environment } = this.#options;
    const stored: unknown = await store.load().catch(() => undefined);
    if (!isPlainRecord(stored) || stored.version !== 1 || stored.issuer !== issuer) return undefined;
    const { jwksUri, fetchedAtMs, document } = stored;
    const keySet = readKeySet(document);
    if (keySet === undefined || keySet.keys.length === 0 || typeof fetchedAtMs !== 'number') return undefined;
    if (typeof jwksUri !== 'string' || !URL.canParse(jwksUri)) return undefined;
    return { keySet, jwksUri, fetchedAtMs: Math.min(fetchedAtMs, environment.nowMs()) };
  }
}

function timedOut(signal: AbortSignal): Promise<KeyFetchOutcome> {
  return new Promise((resolve) => {
    const giveUp = (): void => resolve({ outcome: 'failed', failure: 'timed_out' });
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}
