// Circuit breakers: connect and TLS failures count for the endpoint, 5xx and time-outs for the model on it. A circuit
// opens after so many in a row; once its cool-down is over one probe goes through and decides.
import type { ResilienceConfig } from '@secrouter/proto';

export type CircuitState = 'closed' | 'open' | 'half-open';

interface Circuit {
  failures: number;
  openedAtMs: number;
  state: CircuitState;
  /** A health probe was let through after the cool-down, and has not reported. */
  isProbed: boolean;
}

/** A change of state, for the trail. */
export interface CircuitTransition {
  readonly provider: string;
  readonly endpoint: string;
  readonly model: string;
  readonly from: CircuitState;
  readonly to: CircuitState;
}

export interface CircuitTarget {
  readonly provider: string;
  readonly endpoint: string;
  /** Empty: the endpoint itself. */
  readonly model: string;
}

/** All circuits of a pod. */
export class Circuits {
  readonly #circuits = new Map<string, Circuit & CircuitTarget>();
  readonly #now: () => number;
  readonly #onTransition: (transition: CircuitTransition) => void;
  #rules: Pick<ResilienceConfig, 'circuitThreshold' | 'cooldownSeconds'> = { circuitThreshold: 5, cooldownSeconds: 30 };

  constructor(now: () => number, onTransition: (transition: CircuitTransition) => void) {
    this.#now = now;
    this.#onTransition = onTransition;
  }

  configure(rules: Pick<ResilienceConfig, 'circuitThreshold' | 'cooldownSeconds'>): void {
    this.#rules = rules;
  }

  /** True when a request may be sent now; takes the one probe of a half-open circuit. */
  mayTry(provider: string, endpoint: string, model: string): boolean {
    if (this.#circuits.size === 0) return true;
    // Both are looked at before a probe is taken of either: a probe that is not sent would never report.
    if (!this.isAvailable(provider, endpoint, model)) return false;
    return this.#passes({ provider, endpoint, model: '' }) && this.#passes({ provider, endpoint, model });
  }

  /**
   * True when a health probe of the endpoint may be sent now. After the cool-down it is the one probe, in the place of a
   * request; only its success is a transition, or an endpoint that stays down would fill the trail.
   */
  mayProbe(provider: string, endpoint: string): boolean {
    const circuit = this.#circuits.get(keyOf({ provider, endpoint, model: '' }));
    if (circuit === undefined || circuit.state === 'closed') return true;
    if (!this.#hasCooled(circuit)) return false;
    circuit.openedAtMs = this.#now();
    circuit.isProbed = true;
    return true;
  }

  /** The endpoint answered a health probe. What opened while that was on its way stays open. */
  reached(provider: string, endpoint: string): void {
    const key = keyOf({ provider, endpoint, model: '' });
    const circuit = this.#circuits.get(key);
    if (circuit === undefined || (circuit.state === 'open' && !circuit.isProbed)) return;
    if (circuit.state === 'open') this.#move(circuit, 'half-open');
    this.#move(circuit, 'closed');
    this.#circuits.delete(key);
  }

  /** True when no circuit stands in the way, without taking a probe. */
  isAvailable(provider: string, endpoint: string, model: string): boolean {
    // A circuit is there only while something fails.
    if (this.#circuits.size === 0) return true;
    return [
      { provider, endpoint, model: '' },
      { provider, endpoint, model },
    ].every((target) => {
      const circuit = this.#circuits.get(keyOf(target));
      return circuit === undefined || circuit.state === 'closed' || this.#hasCooled(circuit);
    });
  }

  succeeded(provider: string, endpoint: string, model: string): void {
    if (this.#circuits.size === 0) return;
    for (const target of [
      { provider, endpoint, model: '' },
      { provider, endpoint, model },
    ]) {
      const circuit = this.#circuits.get(keyOf(target));
      if (circuit === undefined) continue;
      this.#move(circuit, 'closed');
      this.#circuits.delete(keyOf(target));
    }
  }

  failed(target: CircuitTarget): void {
    const circuit = this.#circuits.get(keyOf(target)) ?? {
      ...target,
      failures: 0,
      openedAtMs: 0,
      state: 'closed' as const,
      isProbed: false,
    };
    this.#circuits.set(keyOf(target), circuit);
    circuit.failures += 1;
    circuit.isProbed = false;
    if (circuit.state === 'closed' && circuit.failures < this.#rules.circuitThreshold) return;
    circuit.openedAtMs = this.#now();
    this.#move(circuit, 'open');
  }

  /** Every circuit that is not closed. */
  list(): readonly (CircuitTarget & { readonly state: CircuitState })[] {
    return [...this.#circuits.values()]
      .filter(({ state }) => state !== 'closed')
      .map(({ provider, endpoint, model, state }) => ({ provider, endpoint, model, state }));
  }

  #passes(target: CircuitTarget): boolean {
    const circuit = this.#circuits.get(keyOf(target));
    if (circuit === undefined || circuit.state === 'closed') return true;
    if (!this.#hasCooled(circuit)) return false;
    circuit.openedAtMs = this.#now(); // the next probe only after another cool-down
    this.#move(circuit, 'half-open');
    return true;
  }

  #hasCooled(circuit: Circuit): boolean {
    return this.#now() - circuit.openedAtMs >= this.#rules.cooldownSeconds * 1_000;
  }

  #move(circuit: Circuit & CircuitTarget, to: CircuitState): void {
    const { state: from, provider, endpoint, model } = circuit;
    if (from === to) return;
    circuit.state = to;
    this.#onTransition({ provider, endpoint, model, from, to });
  }
}

function keyOf({ provider, endpoint, model }: CircuitTarget): string {
  return `${provider} ${endpoint} ${model}`;
}
