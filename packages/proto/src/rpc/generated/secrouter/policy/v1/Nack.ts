// Original file: proto/policy.proto

import type { Position as _secrouter_policy_v1_Position, Position__Output as _secrouter_policy_v1_Position__Output } from '../../../secrouter/policy/v1/Position.ts';

export interface Nack {
  'position'?: (_secrouter_policy_v1_Position | null);
  'reason'?: (string);
  'path'?: (string);
}

export interface Nack__Output {
  'position': (_secrouter_policy_v1_Position__Output | null);
  'reason': (string);
  'path': (string);
}
