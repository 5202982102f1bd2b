// Keeps one Entra token: fetched by the first request that needs it, then refreshed in the background before it ends. A
// refresh that fails keeps the token that is still valid.
import type { EntraCredential } from '@secrouter/proto';
import type { Wait } from './abortable-wait.ts';
import {
  MAX_TOKEN_ANSWER_BYTES,
  type PostForm,
  readTokenAnswer,
  refreshAfterMs,
  TOKEN_TIMEOUT_MS,
  type TokenReading,
  tokenBackoffMs,
  tokenForm,
} from './entra-token.ts';

/** A provider that refuses every token must not make us ask the authority for each request. */
export const FORCED_REFRESH_INTERVAL_MS = 30_000;

/** Which token, and the clock, timers and connections that tests own. */
export interface EntraTokenOptions {
  readonly entra: EntraCredential;
  readonly caFile: string | undefined;
  readonly readSecret: () => string | undefined;
  readonly post: PostForm;
  readonly nowMs: () => number;
  readonly wait: Wait;
  /** Told after every attempt that counted. */
  readonly onAttempt: (reading: TokenReading) => void;
}

/** One token from its first use to `close`. */
export class EntraTokenRefresher {
  readonly #options: EntraTokenOptions;
  readonly #closing = new AbortController();
  #held: { readonly token: string; readonly expiresAtMs: number } | undefined;
  #inFlight: Promise<void> | undefined;
  #attemptCount = 0;
  #lastAppliedAttempt = 0;
  #failures = 0;
  #nextAttemptMs = 0;
  #lastForcedMs = Number.NEGATIVE_INFINITY;
  #planned = new AbortController();

  constructor(options: EntraTokenOptions) {
    this.#options = options;
  }

  /** True after a failure, while there is no valid token. */
  get isFailing(): boolean {
    return this.#failures > 0 && this.#usable() === undefined;
  }

  /** The token; the first to need it wait for one attempt, or until their signal. Undefined: there is none to be had. */
  async token(signal: AbortSignal): Promise<string | undefined> {
    const token = this.#usable();
    if (token !== undefined) return token;
    if (this.#failures > 0 && this.#options.nowMs() < this.#nextAttemptMs) return undefined;
    await settledOrAborted(this.#refresh(), signal);
    return this.#usable();
  }

  /** The provider refused this token: the next request gets another one. */
  refused(token: string): void {
    const nowMs = this.#options.nowMs();
    if (this.#held?.token !== token || nowMs - this.#lastForcedMs < FORCED_REFRESH_INTERVAL_MS) return;
    this.#lastForcedMs = nowMs;
    this.#held = undefined;
    this.#planned.abort();
    // An attempt that runs may bring a token from before whatever made the provider refuse: it is not waited for.
    this.#inFlight = undefined;
  }

  /** Ends timers and attempts. */
  close(): void {
    this.#closing.abort();
    this.#planned.abort();
    this.#held = undefined;
  }

  #usable(): string | undefined {
    return this.#held !== undefined && this.#options.nowMs() < this.#held.expiresAtMs ? this.#held.token : undefined;
  }

  /** Single flight: everybody who asks during an attempt gets that attempt. */
  #refresh(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve();
    if (this.#inFlight !== undefined) return this.#inFlight;
    const attempt = this.#attempt().finally(() => {
      if (this.#inFlight === attempt) this.#inFlight = undefined;
    });
    this.#inFlight = attempt;
    return attempt;
  }

  async #attempt(): Promise<void> {
    this.#attemptCount += 1;
    const attempt = this.#attemptCount;
    const startedMs = this.#options.nowMs();
    const reading = await this.#fetch();
    // Numbered, so that the answer of an attempt that was given up can never overwrite a newer one.
    if (attempt <= this.#lastAppliedAttempt || this.#closing.signal.aborted) return;
    this.#lastAppliedAttempt = attempt;
    if (reading.outcome === 'read') {
      this.#failures = 0;
      this.#held = { token: reading.token, expiresAtMs: startedMs + reading.lifetimeMs };
      this.#plan(refreshAfterMs(reading.lifetimeMs));
    } else {
      this.#failures += 1;
      const delayMs = tokenBackoffMs(this.#failures);
      this.#nextAttemptMs = this.#options.nowMs() + delayMs;
      // Without a token the next request tries again: a provider that nobody uses leaves its authority in peace.
      if (this.#usable() !== undefined) this.#plan(delayMs);
    }
    this.#options.onAttempt(reading);
  }

  async #fetch(): Promise<TokenReading> {
    const { entra, caFile, readSecret, post } = this.#options;
    const secret = readSecret();
    if (secret === undefined) return { outcome: 'failed', failure: 'secret_missing' };
    const bounds = { timeoutMs: TOKEN_TIMEOUT_MS, maxBytes: MAX_TOKEN_ANSWER_BYTES, signal: this.#closing.signal };
    try {
      const { status, body } = await post({ ...tokenForm(entra, secret), caFile, ...bounds });
      return readTokenAnswer(status, body);
    } catch {
      // The cause may quote the request; it goes nowhere.
      return { outcome: 'failed', failure: 'unreachable' };
    }
  }

  #plan(delayMs: number): void {
    this.#planned.abort();
    this.#planned = new AbortController();
    void this.#options.wait(delayMs, this.#planned.signal).then((isOver) => {
      if (isOver) void this.#refresh();
    });
  }
}

function settledOrAborted(attempt: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const leave = (): void => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    signal.addEventListener('abort', leave, { once: true });
    void attempt.finally(leave);
  });
}
