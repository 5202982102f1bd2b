// The models that endpoints list, as the last probes saw them. They order attempts; they never allow or forbid one.

/** `unknown`: nothing is said of the model, and nothing is steered. */
export type Liveness = 'live' | 'not_live' | 'unknown';

/** One endpoint's list, as it goes up to the control plane. */
export interface ListedModels {
  readonly provider: string;
  readonly endpoint: string;
  readonly atMs: number;
  readonly models: readonly string[];
}

interface HeldList extends ListedModels {
  readonly names: ReadonlySet<string>;
  readonly staleAtMs: number;
  readonly steers: boolean;
}

/** A list that has missed three probes says nothing any more. */
const STALE_AFTER_INTERVALS = 3;
/** The status goes up every few seconds; a catalogue of thousands would be most of it. */
const MOST_REPORTED_PER_ENDPOINT = 500;
const MOST_REPORTED = 2_000;

/** The lists of all probed endpoints. */
export class LiveModels {
  readonly #lists = new Map<string, HeldList>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Takes a list. `steers` is false where its names are not the ones that requests go to. */
  note(
    { provider, endpoint }: Pick<ListedModels, 'provider' | 'endpoint'>,
    models: readonly string[],
    intervalMs: number,
    steers: boolean,
  ): void {
    const atMs = this.#nowMs();
    const staleAtMs = atMs + STALE_AFTER_INTERVALS * intervalMs;
    const names = new Set(models);
    this.#lists.set(keyOf(provider, endpoint), { provider, endpoint, atMs, models, names, staleAtMs, steers });
  }

  /** The endpoint does not list, or is not probed any more. */
  forget(provider: string, endpoint: string): void {
    this.#lists.delete(keyOf(provider, endpoint));
  }

  /** Whether the endpoint lists the model. An empty list is a server that is still loading, or has no list. */
  livenessOf(provider: string, endpoint: string, model: string): Liveness {
    const list = this.#lists.get(keyOf(provider, endpoint));
    if (list === undefined || !list.steers || list.names.size === 0 || this.#nowMs() > list.staleAtMs) return 'unknown';
    // Ollama lists the tag that a name without one means.
    return list.names.has(model) || list.names.has(`${model}:latest`) ? 'live' : 'not_live';
  }

  /** The lists that are not stale, bounded. */
  report(): readonly ListedModels[] {
    let left = MOST_REPORTED;
    return [...this.#lists.values()]
      .filter(({ staleAtMs }) => this.#nowMs() <= staleAtMs)
      .map(({ provider, endpoint, atMs, models }) => {
        const reported = models.slice(0, Math.min(left, MOST_REPORTED_PER_ENDPOINT));
        left -= reported.length;
        return { provider, endpoint, atMs, models: reported };
      });
  }
}

function keyOf(provider: string, endpoint: string): string {
  return `${provider} ${endpoint}`;
}
