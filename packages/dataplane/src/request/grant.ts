// What a principal may do in one request: the merged policy, narrowed to the request's cost centre and data class.
import type { AppliedBudget, EffectivePolicy, TokenIdentity } from '@secrouter/proto';

export interface Grant {
  readonly identity: TokenIdentity;
  readonly policy: EffectivePolicy;
  /** The budgets that this request draws on: of group pots only the cost centre's. */
  readonly budgets: readonly AppliedBudget[];
  readonly costCenter: string | undefined;
  /** The data class of this request. */
  readonly dataClass: string;
  /** The client tried to lower the class; without effect, audited. */
  readonly ignoredLabel: boolean;
}
