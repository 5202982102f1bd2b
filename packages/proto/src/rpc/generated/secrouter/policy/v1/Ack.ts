// Original file: proto/policy.proto

import type { Position as _secrouter_policy_v1_Position, Position__Output as _secrouter_policy_v1_Position__Output } from '../../../secrouter/policy/v1/Position.ts';
import type { Long } from '@grpc/proto-loader';

export interface Ack {
  'position'?: (_secrouter_policy_v1_Position | null);
  'applyMs'?: (number | string | Long);
}

export interface Ack__Output {
  'position': (_secrouter_policy_v1_Position__Output | null);
  'applyMs': (string);
}
