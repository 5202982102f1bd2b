// Guards every Redis command of the request path: 250 ms a command, a breaker that opens on trouble, nothing queued up.

/** One command has this long; the event loop's own lag does not count against Redis. */
export const REDIS_COMMAND_TIMEOUT_MS = 250;
/** The breaker opens after this many failures in a row, or at half of at least `RATE_SAMPLE` in a second. */
export const CONSECUTIVE_FAILURES = 5;
const RATE_SAMPLE = 20;
const RATE_WINDOW_MS = 1_000;
/** An open breaker lets one trial through after this long. */
export const OPEN_MS = 500;

/** Redis did not answer, answered an error, or is not asked because it does neither at the moment. */
export class RedisUnavailable extends Error {
  /** True when the command may have run: its outcome is unknown, not "no". */
  readonly mayHaveRun: boolean;

  constructor(reason: string, mayHaveRun: boolean, cause?: unknown) {
    super(reason, { cause });
    this.name = 'RedisUnavailable';
    this.mayHaveRun = mayHaveRun;
  }
}

/** State of the breaker, for metrics and readiness. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Runs commands under a time-out and a breaker. */
export class RedisBreaker {
  #consecutive = 0;
  #openedAt = 0;
  #state: BreakerState = 'closed';
  #windowStart = 0;
  #windowTotal = 0;
  #windowFailed = 0;
  readonly #now: () => number;
  readonly #isConnected: () => boolean;

  constructor(now: () => number, isConnected: () => boolean) {
    this.#now = now;
    this.#isConnected = isConnected;
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Runs one command. Throws RedisUnavailable and nothing else. */
  run<Result>(command: () => Promise<Result>): Promise<Result> {
    if (!this.#mayTry()) return Promise.reject(new RedisUnavailable('breaker open', false));
    if (!this.#isConnected()) {
      this.#note(false);
      return Promise.reject(new RedisUnavailable('not connected', false));
    }
    // One promise and one timer: this runs twice in every request.
    return new Promise((resolve, reject) => {
      let isOver = false;
      const failed = (cause: unknown) => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        this.#note(false);
        reject(new RedisUnavailable('command failed', true, cause));
      };
      const timer = setTimeout(timeOut, REDIS_COMMAND_TIMEOUT_MS, failed);
      const answered = (value: Result) => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        this.#note(true);
        resolve(value);
      };
      try {
        command().then(answered, failed);
      } catch (cause) {
        failed(cause);
      }
    });
  }

  #mayTry(): boolean {
    if (this.#state === 'closed') return true;
    if (this.#state === 'half-open') return false;
    if (this.#now() - this.#openedAt < OPEN_MS) return false;
    this.#state = 'half-open';
    return true;
  }

  #note(succeeded: boolean): void {
    const now = this.#now();
    if (now - this.#windowStart >= RATE_WINDOW_MS) {
      this.#windowStart = now;
      this.#windowTotal = 0;
      this.#windowFailed = 0;
    }
    this.#windowTotal += 1;
    if (succeeded) {
      this.#consecutive = 0;
      this.#state = 'closed';
      return;
    }
    this.#windowFailed += 1;
    this.#consecutive += 1;
    const halfFailed = this.#windowTotal >= RATE_SAMPLE && this.#windowFailed * 2 >= this.#windowTotal;
    if (this.#state === 'half-open' || this.#consecutive >= CONSECUTIVE_FAILURES || halfFailed) {
      this.#state = 'open';
      this.#openedAt = now;
    }
  }
}

// The timer fires once late when the loop itself was blocked; the answer may be waiting behind it. One turn of the
// loop decides: only a command without an answer after it has timed out.
function timeOut(failed: (cause: unknown) => void): void {
  setImmediate(() => failed(new Error(`no answer within ${REDIS_COMMAND_TIMEOUT_MS} ms`)));
}
