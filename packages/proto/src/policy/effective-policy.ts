// What the merge of all matching rules yields for one principal; the pod, the preview and the tests use the same one.
import type { Tier } from '../tier.ts';
import type { Budget, Role, ViolationAction } from './policy-rule.ts';

/** Which rule a field's value comes from: `default`, `group/<name>` or `user/<principal>`. */
export type RuleOrigin = string;

/** The pot of a group budget that stands in no group's rule: one pot for each cost centre. */
export const EACH_GROUP_POT = 'group/*';

/** A budget with the pot that it is counted in: `user/<principal>`, `group/<name>` or `organization`. */
export interface AppliedBudget extends Budget {
  readonly pot: string;
  readonly origin: RuleOrigin;
}

/** The governing policy of one principal. */
export interface EffectivePolicy {
  /** The rules that matched, in the order default, groups (sorted), user. Never empty. */
  readonly matchedRules: readonly RuleOrigin[];
  readonly admin: boolean;
  readonly roles: readonly Role[];
  /** Tiers that `auto` may use, in tier order; explicit models are judged by the model lists alone. */
  readonly allowedTiers: readonly Tier[];
  /** Canonical `provider/model` ids, or `all`. */
  readonly allowedModels: readonly string[] | 'all';
  readonly deniedModels: readonly string[];
  readonly onViolation: ViolationAction;
  readonly budgets: readonly AppliedBudget[];
  readonly maxClassification: string;
  /** A floor under the data class of each request, where a rule states one. */
  readonly defaultClassification?: string;
  readonly maxOutputTokens?: number;
  readonly defaultMaxOutputTokens?: number;
  readonly maxConcurrentRequests?: number;
  readonly inlineOverrides: boolean;
  readonly hostedTools: boolean;
  readonly remoteContent: boolean;
  /** All groups of the principal, sorted: those that a request may name as its cost centre. */
  readonly costCenters: readonly string[];
  /** What is charged when the request names none; absent when no group is in the billing order or has a rule. */
  readonly defaultCostCenter?: string;
  /** For each stated field, the rules that contributed. */
  readonly origins: Readonly<Record<string, readonly RuleOrigin[]>>;
}
