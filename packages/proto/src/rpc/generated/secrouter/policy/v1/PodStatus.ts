// Original file: proto/policy.proto

import type { Circuit as _secrouter_policy_v1_Circuit, Circuit__Output as _secrouter_policy_v1_Circuit__Output } from '../../../secrouter/policy/v1/Circuit.ts';
import type { LiveModels as _secrouter_policy_v1_LiveModels, LiveModels__Output as _secrouter_policy_v1_LiveModels__Output } from '../../../secrouter/policy/v1/LiveModels.ts';
import type { Counter as _secrouter_policy_v1_Counter, Counter__Output as _secrouter_policy_v1_Counter__Output } from '../../../secrouter/policy/v1/Counter.ts';
import type { Long } from '@grpc/proto-loader';

export interface PodStatus {
  'state'?: (string);
  'spoolBytes'?: (number | string | Long);
  'spoolBoundBytes'?: (number | string | Long);
  'missingCredentials'?: (string)[];
  'circuits'?: (_secrouter_policy_v1_Circuit)[];
  'liveModels'?: (_secrouter_policy_v1_LiveModels)[];
  'clockSkewMs'?: (number | string | Long);
  'counters'?: (_secrouter_policy_v1_Counter)[];
  'degraded'?: (string)[];
}

export interface PodStatus__Output {
  'state': (string);
  'spoolBytes': (string);
  'spoolBoundBytes': (string);
  'missingCredentials': (string)[];
  'circuits': (_secrouter_policy_v1_Circuit__Output)[];
  'liveModels': (_secrouter_policy_v1_LiveModels__Output)[];
  'clockSkewMs': (string);
  'counters': (_secrouter_policy_v1_Counter__Output)[];
  'degraded': (string)[];
}
