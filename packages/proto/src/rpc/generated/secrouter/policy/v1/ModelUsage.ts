// Original file: proto/policy.proto

import type { UsageWindow as _secrouter_policy_v1_UsageWindow, UsageWindow__Output as _secrouter_policy_v1_UsageWindow__Output } from '../../../secrouter/policy/v1/UsageWindow.ts';

export interface ModelUsage {
  'model'?: (string);
  'usage'?: (_secrouter_policy_v1_UsageWindow | null);
}

export interface ModelUsage__Output {
  'model': (string);
  'usage': (_secrouter_policy_v1_UsageWindow__Output | null);
}
