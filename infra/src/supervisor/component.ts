// One part of the running system: opened, watched, opened again when it dies, closed.
import { setTimeout as delay } from 'node:timers/promises';
import { restartDelayMs } from './restart-delay.ts';

/** Something that runs: a store, a service, the balancer. */
export interface Running {
  /** Settles when it has ended by itself. */
  readonly exited: Promise<unknown>;
  close(): Promise<void>;
  kill(): Promise<void>;
}

export interface ComponentOptions<Kind extends Running> {
  readonly name: string;
  /** Resolves when it serves; the signal ends the attempt. */
  readonly open: (signal: AbortSignal) => Promise<Kind>;
  /** One clear line for the reader. */
  readonly say: (line: string) => void;
}

/** Keeps one part of the system running between `open` and `close`. */
export class Component<Kind extends Running = Running> {
  readonly name: string;
  readonly #options: ComponentOptions<Kind>;
  readonly #closing = new AbortController();
  readonly #restartTimesMs: number[] = [];
  #running: Kind | undefined;
  #opening: Promise<unknown> = Promise.resolve();
  #watch: Promise<void> = Promise.resolve();

  constructor(options: ComponentOptions<Kind>) {
    this.name = options.name;
    this.#options = options;
  }

  /** Opens it the first time; a failure here is the caller's. */
  async open(): Promise<Kind> {
    const { signal } = this.#closing;
    const opening = this.#options.open(signal).then((running) => {
      this.#running = running;
      return running;
    });
    this.#opening = opening.catch(() => {});
    const running = await opening;
    signal.throwIfAborted();
    this.#watch = this.#keepRunning(running);
    return running;
  }

  /** Ends it in order and for good, also when it is just being opened. */
  async close(): Promise<void> {
    this.#closing.abort(new Error(`${this.name} is being stopped`));
    await this.#opening;
    await this.#running?.close();
    await this.#watch;
  }

  /** Ends it at once and for good. */
  async kill(): Promise<void> {
    this.#closing.abort(new Error(`${this.name} is being stopped`));
    await this.#running?.kill();
  }

  async #keepRunning(first: Kind): Promise<void> {
    const { signal } = this.#closing;
    let running: Kind | undefined = first;
    while (!signal.aborted) {
      if (running !== undefined) await running.exited;
      if (signal.aborted) return;
      running = await this.#reopen(signal);
    }
  }

  async #reopen(signal: AbortSignal): Promise<Kind | undefined> {
    const { name, open, say } = this.#options;
    const delayMs = restartDelayMs(this.#restartTimesMs, Date.now());
    say(`${name} ended unexpectedly; starting it again in ${(delayMs / 1000).toFixed(1)} s`);
    try {
      await delay(delayMs, undefined, { signal });
      this.#restartTimesMs.push(Date.now());
      const running = await open(signal);
      this.#running = running;
      // Stopped while it was opening: nobody else knows of it yet.
      if (signal.aborted) await running.close();
      else say(`${name} is back`);
      return running;
    } catch (error) {
      if (!signal.aborted) say(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }
}
