// Original file: proto/policy.proto

import type { UsageWindow as _secrouter_policy_v1_UsageWindow, UsageWindow__Output as _secrouter_policy_v1_UsageWindow__Output } from '../../../secrouter/policy/v1/UsageWindow.ts';
import type { ModelUsage as _secrouter_policy_v1_ModelUsage, ModelUsage__Output as _secrouter_policy_v1_ModelUsage__Output } from '../../../secrouter/policy/v1/ModelUsage.ts';

export interface ReadUsageResponse {
  'asOf'?: (string);
  'complete'?: (boolean);
  'last_24h'?: (_secrouter_policy_v1_UsageWindow | null);
  'last_30d'?: (_secrouter_policy_v1_UsageWindow | null);
  'models'?: (_secrouter_policy_v1_ModelUsage)[];
}

export interface ReadUsageResponse__Output {
  'asOf': (string);
  'complete': (boolean);
  'last_24h': (_secrouter_policy_v1_UsageWindow__Output | null);
  'last_30d': (_secrouter_policy_v1_UsageWindow__Output | null);
  'models': (_secrouter_policy_v1_ModelUsage__Output)[];
}
