// The egress gate. A permit is the right to make one attempt at one endpoint of one model; only this file can make one,
// and `forward` cannot send without one. So no fallback reaches what a direct request could not.
import { isCleared, judgeModel, type ModelConfig, type RefusalCode } from '@secrouter/proto';
import type { CompiledPolicy } from '../policy/compile-snapshot.ts';
import type { Grant } from '../request/grant.ts';

const MINT: unique symbol = Symbol('egress permit');

/** What a request makes its provider do beyond answering. */
export interface ProviderReach {
  readonly hostedTools: boolean;
  readonly remoteContent: boolean;
}

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
  | { readonly outcome: 'refused'; readonly code: RefusalCode; readonly reason: string };

/** Judges one attempt anew: policy, clearance, egress rule, host, data class, reach. */
export function permitEgress(
  grant: Grant,
  policy: CompiledPolicy,
  model: ModelConfig,
  baseUrl: string,
  reach: ProviderReach,
): EgressJudgement {
  const judged = judgeModel(grant.policy, model.id, model.price !== undefined);
  if (judged.outcome === 'denied') return refused(judged.code, 'model');
  const { classification } = policy.config.security;
  if (!isCleared(classification, grant.policy, grant.dataClass))
    return refused('classification_not_cleared', 'clearance');
  const rules = policy.egressRules.get(model.provider);
  if (rules === undefined) return refused('egress_denied', 'no_rule');
  const forHost = rules.filter((rule) => rule.hosts.has(hostOf(baseUrl)));
  if (forHost.length === 0) return refused('egress_denied', 'host_not_listed');
  const forClass = forHost.filter((rule) => rule.classifications.has(grant.dataClass));
  if (forClass.length === 0) return refused('classification_not_cleared', 'egress_classification');
  if (reach.hostedTools && !(grant.policy.hostedTools && forClass.some((rule) => rule.hostedTools)))
    return refused('tool_not_allowed', 'hosted_tools');
  if (reach.remoteContent && !(grant.policy.remoteContent && forClass.some((rule) => rule.remoteContent)))
    return refused('egress_denied', 'remote_content');
  return { outcome: 'permitted', permit: new EgressPermit(MINT, model, baseUrl, grant.dataClass) };
}

/** True when an egress rule of the provider names this host; what asks for no completion needs no more. */
export function isHostListed(policy: CompiledPolicy, provider: string, baseUrl: string): boolean {
  return policy.egressRules.get(provider)?.some((rule) => rule.hosts.has(hostOf(baseUrl))) ?? false;
}

/** `host:port` with the scheme's port written out, as the compiled rules hold it. */
export function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
}

function refused(code: RefusalCode, reason: string): EgressJudgement {
  return { outcome: 'refused', code, reason };
}
