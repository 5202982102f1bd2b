// The egress gate. A permit is the right to make one attempt at one endpoint of one model; only this file can make one,
// and `forward` cannot send without one. So no fallback reaches what a direct request could not.
import {
  type EgressAsk,
  type Exclusion,
  hostOf,
  judgeEgress,
  type ModelConfig,
  type ProviderReach,
} from '@secrouter/proto';
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';
import type { Grant } from '../request/grant.ts';

const MINT: unique symbol = Symbol('egress permit');

/** The right to one attempt. */
export class EgressPermit {
  /** Makes the type nominal: an object that merely looks like a permit does not compile. */
  readonly #isMinted = true;
  readonly model: ModelConfig;
  readonly baseUrl: string;
  readonly dataClass: string;

  constructor(mint: typeof MINT, model: ModelConfig, baseUrl: string, dataClass: string) {
    if (mint !== MINT) throw new TypeError('only the egress gate makes permits');
    this.model = model;
    this.baseUrl = baseUrl;
    this.dataClass = dataClass;
  }

  /** True for what this gate made; false for anything that was cast or copied. */
  static isGenuine(permit: EgressPermit): boolean {
    return #isMinted in permit && permit.#isMinted;
  }
}

export type EgressJudgement =
  | { readonly outcome: 'permitted'; readonly permit: EgressPermit }
  | ({ readonly outcome: 'refused' } & Exclusion);

/** Judges one attempt anew: policy, clearance, egress rule, host, data class, reach. */
export function permitEgress(
  grant: Grant,
  policy: CompiledPolicy,
  model: ModelConfig,
  baseUrl: string,
  reach: ProviderReach,
): EgressJudgement {
  const exclusion = judgeEgress(egressAsk(grant, policy, reach), model, baseUrl);
  if (exclusion !== undefined) return { outcome: 'refused', ...exclusion };
  return { outcome: 'permitted', permit: new EgressPermit(MINT, model, baseUrl, grant.dataClass) };
}

/** By what the attempts of a request are judged. */
export function egressAsk(grant: Grant, policy: CompiledPolicy, reach: ProviderReach): EgressAsk {
  const { classification } = policy.config.security;
  return { policy: grant.policy, dataClass: grant.dataClass, classification, egress: policy.egressRules, reach };
}

/** True when an egress rule of the provider names this host; what asks for no completion needs no more. */
export function isHostListed(policy: CompiledPolicy, provider: string, baseUrl: string): boolean {
  return policy.egressRules.get(provider)?.some((rule) => rule.hosts.has(hostOf(baseUrl))) ?? false;
}
