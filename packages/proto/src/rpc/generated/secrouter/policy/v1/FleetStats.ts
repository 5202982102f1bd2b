// Original file: proto/policy.proto

import type { Counter as _secrouter_policy_v1_Counter, Counter__Output as _secrouter_policy_v1_Counter__Output } from '../../../secrouter/policy/v1/Counter.ts';

export interface FleetStats {
  'pods'?: (number);
  'counters'?: (_secrouter_policy_v1_Counter)[];
}

export interface FleetStats__Output {
  'pods': (number);
  'counters': (_secrouter_policy_v1_Counter__Output)[];
}
