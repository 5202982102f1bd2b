// Counters of this pod, for /metrics, /stats and the fleet. Labels come from closed sets: codes, tiers, outcomes, model
// ids of the configuration; never a principal or free text.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** One counter value, as it travels to the fleet's sums. */
export interface CounterValue {
  readonly name: string;
  readonly label: string;
  readonly value: number;
}

const LATENCY_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

interface Tally {
  value: number;
}

/** The pod's counters. */
export class PodMetrics {
  readonly registry = new Registry();
  readonly #counts = new Map<string, Map<string, Tally>>();
  readonly #requests: Counter<'endpoint' | 'outcome'>;
  readonly #refusals: Counter<'code'>;
  readonly #probes: Counter<'provider' | 'outcome'>;
  readonly #duration: Histogram<'endpoint'>;
  readonly #inputTokens: Counter.Internal;
  readonly #outputTokens: Counter.Internal;
  readonly #durations = new Map<string, Histogram.Internal<'endpoint'>>();
  readonly #bound = new Map<string, Map<string, Counter.Internal>>();

  constructor() {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'secrouter_' });
    // A version tells an attacker which weakness to try.
    this.registry.removeSingleMetric('secrouter_nodejs_version_info');
    this.#requests = new Counter({
      name: 'secrouter_requests_total',
      help: 'Requests by endpoint and outcome',
      labelNames: ['endpoint', 'outcome'],
      registers,
    });
    this.#refusals = new Counter({
      name: 'secrouter_refusals_total',
      help: 'Refusals by code',
      labelNames: ['code'],
      registers,
    });
    const tokens = new Counter({
      name: 'secrouter_tokens_total',
      help: 'Tokens by direction',
      labelNames: ['direction'],
      registers,
    });
    this.#inputTokens = tokens.labels({ direction: 'input' });
    this.#outputTokens = tokens.labels({ direction: 'output' });
    this.#probes = new Counter({
      name: 'secrouter_provider_probes_total',
      help: 'Health probes of providers by outcome',
      labelNames: ['provider', 'outcome'],
      registers,
    });
    this.#duration = new Histogram({
      name: 'secrouter_request_duration_seconds',
      help: 'Time from the request to its last byte',
      labelNames: ['endpoint'],
      buckets: LATENCY_BUCKETS_SECONDS,
      registers,
    });
  }

  /** Adds a gauge that is read when it is scraped. */
  observe(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `secrouter_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  ended(endpoint: string, outcome: string, seconds: number): void {
    this.#boundTo(this.#requests, endpoint, outcome).inc();
    this.#durationOf(endpoint).observe(seconds);
    this.#count('requests', endpoint);
  }

  refused(code: string): void {
    this.#refusals.inc({ code });
    this.#count('refusals', code);
  }

  answered(model: string, tier: string, inputTokens: number, outputTokens: number): void {
    this.#inputTokens.inc(inputTokens);
    this.#outputTokens.inc(outputTokens);
    this.#count('models', model);
    this.#count('tiers', tier);
  }

  probed(provider: string, outcome: string): void {
    this.#probes.inc({ provider, outcome });
  }

  providerFailed(provider: string): void {
    this.#count('providerErrors', provider);
  }

  /** All counts since the start. */
  list(): readonly CounterValue[] {
    return [...this.#counts].flatMap(([name, tallies]) =>
      [...tallies].map(([label, { value }]) => ({ name, label, value })),
    );
  }

  #count(name: string, label: string): void {
    const tallies = this.#counts.get(name) ?? new Map<string, Tally>();
    const tally = tallies.get(label);
    if (tally !== undefined) {
      tally.value += 1;
      return;
    }
    tallies.set(label, { value: 1 });
    this.#counts.set(name, tallies);
  }

  #durationOf(endpoint: string): Histogram.Internal<'endpoint'> {
    const bound = this.#durations.get(endpoint) ?? this.#duration.labels({ endpoint });
    this.#durations.set(endpoint, bound);
    return bound;
  }

  // Labels are hashed once for each pair, not for each request.
  #boundTo(counter: Counter<'endpoint' | 'outcome'>, endpoint: string, outcome: string): Counter.Internal {
    const byOutcome = this.#bound.get(endpoint) ?? new Map<string, Counter.Internal>();
    const bound = byOutcome.get(outcome) ?? counter.labels({ endpoint, outcome });
    byOutcome.set(outcome, bound);
    this.#bound.set(endpoint, byOutcome);
    return bound;
  }
}

/** Counts as `/stats` shows them: name -> label -> value. */
export function countsByName(
  values: readonly CounterValue[],
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const byName: Record<string, Record<string, number>> = {
    requests: {},
    refusals: {},
    providerErrors: {},
    tiers: {},
    models: {},
  };
  for (const { name, label, value } of values) byName[name] = { ...byName[name], [label]: value };
  return byName;
}
