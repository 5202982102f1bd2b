// The bound on all of a request's upstream time, over every attempt and the whole stream. One timer a request, cleared
// when it ends: signals of AbortSignal.timeout would pile up for an hour under load.

/** Aborts when the parent does, or when the time is over. */
export class UpstreamDeadline {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #onParentAbort = () => this.#controller.abort(this.#parent.reason);
  readonly #nowMs: () => number;
  readonly #startMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(parent: AbortSignal, nowMs: () => number) {
    this.#parent = parent;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
    if (parent.aborted) this.#onParentAbort();
    else parent.addEventListener('abort', this.#onParentAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** From now on the request has `totalMs`, counted from its start. */
  limit(totalMs: number): void {
    clearTimeout(this.#timer);
    const leftMs = Math.max(0, this.#startMs + totalMs - this.#nowMs());
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DOMException('the total upstream time is over', 'TimeoutError'));
    }, leftMs).unref();
  }

  /** The request has ended. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#onParentAbort);
  }
}
