// Original file: proto/policy.proto

import type { Position as _secrouter_policy_v1_Position, Position__Output as _secrouter_policy_v1_Position__Output } from '../../../secrouter/policy/v1/Position.ts';

export interface Hello {
  'nodeId'?: (string);
  'podVersion'?: (string);
  'cell'?: (string);
  'applied'?: (_secrouter_policy_v1_Position | null);
  'snapshotVersions'?: (number)[];
}

export interface Hello__Output {
  'nodeId': (string);
  'podVersion': (string);
  'cell': (string);
  'applied': (_secrouter_policy_v1_Position__Output | null);
  'snapshotVersions': (number)[];
}
