// What the routing of a prompt is judged by, compiled from a published configuration when somebody first asks.
import { type CompiledClassifier, compileClassifier, parseClassifierParameters } from '@secrouter/classifier';
import { type CompiledEgress, compileEgress, type EffectiveConfig } from '@secrouter/proto';

/** The classifier and the egress rules of one configuration. */
export interface CompiledRouting {
  readonly classifier: CompiledClassifier;
  readonly egress: CompiledEgress;
}

/** Compiles once, on first use: some 200 ms, most of it for the lexicons, unless the revision before had the same ones. */
export class RoutingRules {
  readonly #config: EffectiveConfig;
  readonly #known: CompiledClassifier | undefined;
  #compiled: CompiledRouting | undefined;

  /** Pass the rules of the revision before: what they compiled is used again. */
  constructor(config: EffectiveConfig, previous?: RoutingRules) {
    this.#config = config;
    this.#known = previous === undefined ? undefined : (previous.#compiled?.classifier ?? previous.#known);
  }

  /** The compiled rules. */
  compiled(): CompiledRouting {
    this.#compiled ??= this.#compile();
    return this.#compiled;
  }

  #compile(): CompiledRouting {
    const { classifier, security } = this.#config;
    const parsed = parseClassifierParameters(classifier, 'classifier');
    if (!parsed.ok) throw new Error('a published configuration has parameters that do not parse');
    return {
      classifier: compileClassifier(parsed.parameters, this.#known),
      egress: compileEgress(security.egress.allowlist),
    };
  }
}
