// The bound on all of a request's upstream time, over every attempt and the whole stream. One timer a request, cleared
// when it ends: signals of AbortSignal.timeout would pile up for an hour under load.
import { EventEmitter } from 'node:events';

/**
 * What tells the upstream client that a request is over: an emitter, which undici takes as well as a signal, and which
 * costs much less. It must have no `aborted`, or undici takes it for a signal.
 */
export class UpstreamEnding extends EventEmitter {
  #isOver = false;
  #reason: unknown;

  get isOver(): boolean {
    return this.#isOver;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Aborts once; the first reason stays. */
  abort(reason: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reason = reason;
    this.emit('abort');
  }

  /** The same as a signal, for whoever takes nothing else. */
  toSignal(): AbortSignal {
    const controller = new AbortController();
    if (this.#isOver) controller.abort(this.#reason);
    else this.once('abort', () => controller.abort(this.#reason));
    return controller.signal;
  }
}

/** Aborts when the parent does, or when the time is over. */
export class UpstreamDeadline {
  readonly #ending = new UpstreamEnding();
  readonly #parent: AbortSignal;
  readonly #onParentAbort = () => this.#ending.abort(this.#parent.reason);
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

  get signal(): UpstreamEnding {
    return this.#ending;
  }

  /** From now on the request has `totalMs`, counted from its start. */
  limit(totalMs: number): void {
    clearTimeout(this.#timer);
    const leftMs = Math.max(0, this.#startMs + totalMs - this.#nowMs());
    this.#timer = setTimeout(() => {
      this.#ending.abort(new DOMException('the total upstream time is over', 'TimeoutError'));
    }, leftMs).unref();
  }

  /** The request has ended. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#onParentAbort);
  }
}
