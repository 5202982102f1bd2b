// The egress rules of a configuration, and what they say of one endpoint for one principal: model lists, clearance, host,
// data class, and what the request makes its provider do. Both planes judge by this; only the data plane acts on it.
import type { ClassificationConfig, EgressRule, ModelConfig } from '../config/config-types.ts';
import type { RefusalCode } from '../refusal/refusal-table.ts';
import { isCleared } from './classify-data.ts';
import type { EffectivePolicy } from './effective-policy.ts';
import { judgeModel } from './judge-request.ts';

/** An egress rule in the form that is asked for each attempt. */
export interface CompiledEgressRule {
  /** `host:port`, the scheme's port written out. */
  readonly hosts: ReadonlySet<string>;
  readonly classifications: ReadonlySet<string>;
  readonly hostedTools: boolean;
  readonly remoteContent: boolean;
}

/** Rules by provider. */
export type CompiledEgress = ReadonlyMap<string, readonly CompiledEgressRule[]>;

/** What a request makes its provider do beyond answering. */
export interface ProviderReach {
  readonly hostedTools: boolean;
  readonly remoteContent: boolean;
}

/** By what an attempt is judged. */
export interface EgressAsk {
  readonly policy: EffectivePolicy;
  readonly dataClass: string;
  readonly classification: ClassificationConfig;
  readonly egress: CompiledEgress;
  readonly reach: ProviderReach;
}

/** Why something may not be tried: the public code, and the reason for the trail. */
export interface Exclusion {
  readonly code: RefusalCode;
  readonly reason: string;
}

/** Compiles the allow-list, once per snapshot. */
export function compileEgress(allowlist: readonly EgressRule[]): CompiledEgress {
  const compiled = new Map<string, CompiledEgressRule[]>();
  for (const rule of allowlist) {
    const rules = compiled.get(rule.provider) ?? [];
    rules.push({
      hosts: new Set(rule.allowedHosts.flatMap((host) => withPorts(host))),
      classifications: new Set(rule.authorizedClassifications),
      hostedTools: rule.hostedTools,
      remoteContent: rule.remoteContent,
    });
    compiled.set(rule.provider, rules);
  }
  return compiled;
}

// A host without a port means its scheme's.
function withPorts(host: string): readonly string[] {
  return /:\d+$/.test(host) ? [host] : [`${host}:443`, `${host}:80`];
}

/** What stands in the way of one attempt at an endpoint; undefined when nothing does. */
export function judgeEgress(ask: EgressAsk, model: ModelConfig, baseUrl: string): Exclusion | undefined {
  const { policy, dataClass, classification, egress, reach } = ask;
  const judged = judgeModel(policy, model.id, model.price !== undefined);
  if (judged.outcome === 'denied') return { code: judged.code, reason: 'model' };
  if (!isCleared(classification, policy, dataClass)) return { code: 'classification_not_cleared', reason: 'clearance' };
  const rules = egress.get(model.provider);
  if (rules === undefined) return { code: 'egress_denied', reason: 'no_rule' };
  const host = hostOf(baseUrl);
  const forHost = rules.filter((rule) => rule.hosts.has(host));
  if (forHost.length === 0) return { code: 'egress_denied', reason: 'host_not_listed' };
  const forClass = forHost.filter((rule) => rule.classifications.has(dataClass));
  if (forClass.length === 0) return { code: 'classification_not_cleared', reason: 'egress_classification' };
  if (reach.hostedTools && !(policy.hostedTools && forClass.some((rule) => rule.hostedTools)))
    return { code: 'tool_not_allowed', reason: 'hosted_tools' };
  if (reach.remoteContent && !(policy.remoteContent && forClass.some((rule) => rule.remoteContent)))
    return { code: 'egress_denied', reason: 'remote_content' };
  return undefined;
}

/** `host:port` with the scheme's port written out, as the compiled rules hold it. */
export function hostOf(url: string): string {
  const known = hosts.get(url);
  if (known !== undefined) return known;
  const { hostname, port, protocol } = new URL(url);
  const host = `${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
  if (hosts.size >= MAX_KNOWN_HOSTS) hosts.clear();
  hosts.set(url, host);
  return host;
}

// The base URLs of the configurations in force are few, and each is looked at several times in every request.
const MAX_KNOWN_HOSTS = 1_000;
const hosts = new Map<string, string>();
