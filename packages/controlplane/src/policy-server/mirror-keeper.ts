// Keeps the mirror in Redis at the newest snapshot: at once when one is offered, and again after Redis lost it.
import type { SealedSnapshot } from '@secrouter/proto';
import type { Logger } from 'pino';
import { isMirrored, type MirrorDependencies, mirrorSnapshot, readMirror } from './mirror.ts';

/** How long a flushed Redis may be without the mirror. */
const CHECK_INTERVAL_MS = 5_000;

/** Opens with `start`, takes snapshots, ends with `close`. */
export class MirrorKeeper {
  readonly #deps: MirrorDependencies;
  readonly #log: Logger;
  #newest: SealedSnapshot | undefined;
  #working: Promise<void> = Promise.resolve();
  #isBusy = false;
  #isFailing = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: MirrorDependencies, log: Logger) {
    this.#deps = deps;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => this.#keep(), CHECK_INTERVAL_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#working;
  }

  /** The mirror's snapshot where our key signed it; undefined also when Redis is away. */
  read(): Promise<SealedSnapshot | undefined> {
    return readMirror(this.#deps).catch((error: unknown) => {
      this.#log.warn({ error }, 'the mirror in Redis cannot be read');
      return undefined;
    });
  }

  offer(sealed: SealedSnapshot): void {
    this.#newest = sealed;
    this.#keep();
  }

  #keep(): void {
    if (this.#isBusy || this.#newest === undefined) return;
    this.#isBusy = true;
    this.#working = this.#bringUp(this.#newest).finally(() => {
      this.#isBusy = false;
    });
  }

  async #bringUp(sealed: SealedSnapshot): Promise<void> {
    try {
      if (!(await isMirrored(this.#deps, sealed))) await mirrorSnapshot(this.#deps, sealed);
      this.#isFailing = false;
      if (this.#newest !== undefined && this.#newest !== sealed) await this.#bringUp(this.#newest);
    } catch (error) {
      // Traffic does not need the mirror; a pod that starts anew while we are down would.
      if (!this.#isFailing) this.#log.warn({ error }, 'the mirror in Redis is behind');
      this.#isFailing = true;
    }
  }
}
